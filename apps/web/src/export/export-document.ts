/** One document in the formats of other programs. */
import { type Block, readPage, toHtmlPage } from '@tandem/document';
import { toMarkdown } from '@tandem/document/markdown-writer';
import type * as Y from 'yjs';
import { type ExportedFiles, type ReadFile, readFiles } from './exported-files.ts';
import { fileStem, uniqueFileName } from './file-name.ts';

export type ExportFormat = 'markdown' | 'html' | 'docx';

export interface ExportSource {
  readonly title: string;
  readonly doc: Y.Doc;
  readonly readFile: ReadFile;
  /** The title of a document without one. */
  readonly untitled: string;
}

export interface ExportedDocument {
  readonly name: string;
  readonly blob: Blob;
  /** Names of files that are left out. */
  readonly missing: readonly string[];
  readonly tooLarge: readonly string[];
}

/** Of the files in one document. They are in memory together, and in an HTML file as text. */
const MAX_FILES_BYTES = {
  markdown: 500_000_000,
  html: 50_000_000,
  docx: 100_000_000,
} as const satisfies Record<ExportFormat, number>;

/** The writer of a format is not on this device yet, and cannot be loaded now. */
export class FormatNotLoaded extends Error {}

export async function exportDocument(
  format: ExportFormat,
  source: ExportSource,
): Promise<ExportedDocument> {
  const blocks = readPage(source.doc);
  const files = await readFiles(blocks, {
    readFile: source.readFile,
    imagesOnly: format === 'docx',
    maxBytes: MAX_FILES_BYTES[format],
  });
  const { extension, blob } = await WRITERS[format](blocks, source, files);
  const { missing, tooLarge } = files;
  return {
    name: `${fileStem(source.title, source.untitled)}${extension}`,
    blob,
    missing,
    tooLarge,
  };
}

interface Written {
  readonly extension: string;
  readonly blob: Blob;
}

const WRITERS: Readonly<
  Record<
    ExportFormat,
    (blocks: readonly Block[], source: ExportSource, files: ExportedFiles) => Promise<Written>
  >
> = { markdown: writeMarkdown, html: writeHtml, docx: writeDocx };

async function writeHtml(
  blocks: readonly Block[],
  { title, untitled }: ExportSource,
  { blobs }: ExportedFiles,
): Promise<Written> {
  const addresses = new Map<string, string>();
  for (const [id, blob] of blobs) addresses.set(id, await dataAddress(blob));
  const html = toHtmlPage(blocks, {
    title: title || untitled,
    fileAddress: (file) => addresses.get(file) ?? null,
  });
  return { extension: '.html', blob: new Blob([html], { type: 'text/html;charset=utf-8' }) };
}

async function writeDocx(
  blocks: readonly Block[],
  { title, untitled }: ExportSource,
  { blobs }: ExportedFiles,
): Promise<Written> {
  const { toDocx } = await import('./docx-export.ts').catch((cause: unknown) => {
    throw new FormatNotLoaded('docx', { cause });
  });
  const blob = await toDocx(blocks, { title: title || untitled, images: blobs });
  return { extension: '.docx', blob };
}

/** A document with files becomes a zip file, because Markdown holds only their addresses. */
async function writeMarkdown(
  blocks: readonly Block[],
  { title, untitled }: ExportSource,
  { blobs, names }: ExportedFiles,
): Promise<Written> {
  const taken = new Set<string>();
  const paths = new Map(
    [...blobs.keys()].map((id) => [id, `files/${uniqueFileName(names.get(id) ?? id, taken)}`]),
  );
  const text = markdownOf(title || untitled, toMarkdown(blocks, { fileAddress: addressIn(paths) }));
  if (paths.size === 0)
    return { extension: '.md', blob: new Blob([text], { type: 'text/markdown;charset=utf-8' }) };
  const { ZipFile } = await import('./zip-file.ts');
  const zip = new ZipFile();
  await zip.add(`${fileStem(title, untitled)}.md`, text);
  for (const [id, path] of paths) await zip.add(path, blobs.get(id)!);
  return { extension: '.zip', blob: await zip.close() };
}

export function markdownOf(title: string, body: string): string {
  return `# ${title.replace(/([\\`*_[\]<>#])/g, '\\$1')}\n\n${body}`;
}

/** Paths in a zip file as relative addresses in Markdown. */
export function addressIn(paths: ReadonlyMap<string, string>): (file: string) => string | null {
  return (file) => {
    const path = paths.get(file);
    return path === undefined
      ? null
      : encodeURI(path).replace(/[()#?]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  };
}

function dataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result as string));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('not readable')));
    reader.readAsDataURL(blob);
  });
}
