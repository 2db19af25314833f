/** Reads Markdown files from a zip file, with the images and files to which they refer. */
import { MAX_FILES_PER_DOCUMENT } from '../export/workspace-manifest.ts';
import type { Archive, ArchiveContents, ArchivedText } from './archive.ts';
import { decode, withLosses } from './convert-file.ts';
import { typeOf } from './embedded-data.ts';
import { checkSize } from './imported-blocks.ts';
import { ImportedFiles } from './imported-files.ts';
import { Losses, RefusedFile } from './imported.ts';
import { ARCHIVE_LIMITS } from './limits.ts';
import { isMarkdown, MarkdownFolder, normalizePath } from './markdown-folder.ts';
import { importMarkdown } from './markdown-import.ts';
import type { Surroundings } from './markdown-references.ts';
import { ZipEntries } from './zip-entries.ts';

interface Place {
  readonly entries: ZipEntries;
  readonly path: string;
}

export class FolderReader implements Archive {
  readonly contents: ArchiveContents;
  readonly #folder: MarkdownFolder;
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(places: ReadonlyMap<string, Place>) {
    this.#places = places;
    this.#folder = new MarkdownFolder([...places.keys()]);
    const { documents, attachments } = this.#folder;
    if (documents.length === 0) throw new RefusedFile('no-documents');
    this.contents = { documents, attachments: attachments.length };
  }

  static async open(entries: ZipEntries): Promise<FolderReader> {
    const places = new Map<string, Place>();
    const inner = await partsIn(entries);
    for (const part of [entries, ...inner])
      for (const path of part.paths) {
        if (part === entries && inner.length > 0 && isZip(path)) continue;
        const name = normalizePath(path);
        if (name !== '' && !places.has(name)) places.set(name, { entries: part, path });
      }
    return new FolderReader(places);
  }

  async read(index: number): Promise<ArchivedText> {
    const { title, path } = this.#folder.documents[index]!;
    if (path === null) {
      const imported = { title, blocks: [], files: [], losses: [] };
      return { imported, attachments: [] };
    }
    const { text, losses } = await decode(
      await this.#unpack(path, ARCHIVE_LIMITS.maxDocumentBytes),
    );
    const surroundings = this.#around(path, losses);
    const imported = await importMarkdown(text, {
      isTitle: (heading) => isTitleOf(title, heading),
      surroundings,
      files: new ImportedFiles(MAX_FILES_PER_DOCUMENT),
    });
    checkSize(imported.blocks);
    return { imported: withLosses(imported, losses), attachments: surroundings.loaded };
  }

  #around(from: string, losses: Losses): Surroundings & { readonly loaded: readonly string[] } {
    const loaded: string[] = [];
    let left: number = ARCHIVE_LIMITS.maxDocumentFilesBytes;
    return {
      loaded,
      find: (address) => this.#folder.find(from, address),
      findByName: (name) => this.#folder.findByName(from, name),
      load: async (path) => {
        loaded.push(path);
        try {
          const blob = await this.#unpack(path, Math.min(left, ARCHIVE_LIMITS.maxFileBytes));
          left -= blob.size;
          const name = path.slice(path.lastIndexOf('/') + 1);
          return { name, type: typeOf(name), blob };
        } catch (error) {
          const isLarge = error instanceof RefusedFile && error.reason === 'too-large';
          losses.add(isLarge ? 'largeFiles' : 'missingFiles');
          return null;
        }
      },
    };
  }

  async #unpack(path: string, maxBytes: number): Promise<Blob> {
    const place = this.#places.get(path)!;
    return await place.entries.unpack(place.path, maxBytes);
  }
}

function isZip(path: string): boolean {
  return /\.zip$/i.test(path);
}

/** Notion divides its exports into zip files, which are in one. */
async function partsIn(entries: ZipEntries): Promise<readonly ZipEntries[]> {
  const paths = entries.paths.filter(isZip);
  if (entries.paths.some(isMarkdown) || paths.length > ARCHIVE_LIMITS.maxParts) return [];
  const parts: ZipEntries[] = [];
  let left: number = ARCHIVE_LIMITS.maxPartsBytes;
  let count = entries.paths.length;
  for (const path of paths) {
    const blob = await entries.unpack(path, left);
    left -= blob.size;
    const part = await ZipEntries.open(blob);
    count += part.paths.length;
    if (count > ARCHIVE_LIMITS.maxEntries) throw new RefusedFile('too-large');
    parts.push(part);
  }
  return parts;
}

/**
 * Exports make the name of a file of its title, without some signs and perhaps without its end. In other folders, the name is
 * what people know a file by, and a heading is a part of the text.
 */
function isTitleOf(name: string, heading: string): boolean {
  const letters = (text: string): string =>
    text
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '');
  return letters(heading).startsWith(letters(name.replace(/ \(\d+\)$/, '')));
}
