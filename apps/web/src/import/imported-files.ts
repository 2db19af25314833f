/** The files of one import: each gets an id by which the blocks name it. */
import { toFileName } from '@tandem/protocol';
import { ulid } from 'ulid';
import { extensionOf } from './embedded-data.ts';
import { IMPORT_LIMITS } from './limits.ts';
import { type ImportedFile, RefusedFile } from './imported.ts';

/** The types that a document shows as images. */
const SHOWN = /^image\/(?:png|jpeg|gif|webp|avif)$/;

export class ImportedFiles {
  readonly #files: ImportedFile[] = [];

  add(
    { type, blob }: Pick<ImportedFile, 'type' | 'blob'>,
    given: string | null,
  ): ImportedFile & { readonly kind: 'image' | 'file' } {
    if (this.#files.length === IMPORT_LIMITS.maxEmbeddedFiles) throw new RefusedFile('too-large');
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
