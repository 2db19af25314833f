/** The files of one import: each gets an id by which the blocks name it. */
import { toFileName } from '@tandem/protocol';
import { ulid } from 'ulid';
import { extensionOf } from './embedded-data.ts';
import { IMPORT_LIMITS } from './limits.ts';
import { type ImportedFile, RefusedFile } from './imported.ts';

/** The types that a document shows as images. */
const SHOWN = /^image\/(?:png|jpeg|gif|webp|avif)$/;

export interface AddedFile extends ImportedFile {
  readonly kind: 'image' | 'file';
}

export class ImportedFiles {
  readonly #files: ImportedFile[] = [];
  readonly #limit: number;

  constructor(limit: number = IMPORT_LIMITS.maxEmbeddedFiles) {
    this.#limit = limit;
  }

  add({ type, blob }: Pick<ImportedFile, 'type' | 'blob'>, given: string | null): AddedFile {
    if (this.#files.length === this.#limit) throw new RefusedFile('too-large');
    const kind = SHOWN.test(type) ? 'image' : 'file';
    const name = toFileName(given || `${kind}-${this.#files.length + 1}${extensionOf(type)}`);
    const file = { id: ulid(), name, type, blob };
    this.#files.push(file);
    return { ...file, kind };
  }

  list(): readonly ImportedFile[] {
    return this.#files;
  }
}

/** The form in which the reader of Markdown knows a file. */
export function addressOf(
  { id, name, blob }: ImportedFile,
  attributes: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams({ name, size: String(blob.size), ...attributes });
  // Spaces as the reader decodes them.
  return `tandem-file:${id}?${query.toString().replaceAll('+', '%20')}`;
}
