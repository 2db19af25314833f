/** The files in a zip file, by their paths. */
import { BlobReader, type FileEntry, ZipReader } from '@zip.js/zip.js/lib/zip-core-external.js';
import { RefusedFile } from './imported.ts';
import { ARCHIVE_LIMITS } from './limits.ts';
import { unpack } from './unpack.ts';

export class ZipEntries {
  readonly #entries: ReadonlyMap<string, FileEntry>;

  private constructor(entries: ReadonlyMap<string, FileEntry>) {
    this.#entries = entries;
  }

  static async open(blob: Blob): Promise<ZipEntries> {
    const entries = new Map<string, FileEntry>();
    const zip = new ZipReader(new BlobReader(blob), { useWebWorkers: false });
    // Nothing is unpacked to where a name leads.
    for await (const entry of zip.getEntriesGenerator({ filenameValidation: 'tolerant' })) {
      if (entries.size === ARCHIVE_LIMITS.maxEntries) throw new RefusedFile('too-large');
      if (!entry.directory) entries.set(nameOf(entry), entry);
    }
    return new ZipEntries(entries);
  }

  get paths(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  async unpack(path: string, maxBytes: number): Promise<Blob> {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw new RefusedFile('unreadable');
    return await unpack(entry, maxBytes);
  }
}

/** Some systems write names in UTF-8 without saying so. */
function nameOf({ filename, filenameUTF8, rawFilename }: FileEntry): string {
  if (filenameUTF8) return filename;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(rawFilename);
  } catch {
    return filename;
  }
}
