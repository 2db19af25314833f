/**
 * Files that this device has not sent, in IndexedDB. Where the browser refuses to store them, they live as long as the
 * page, and leaving it asks first.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { UploadOwner } from './upload-owner.ts';
import { UPLOADS_DATABASE } from './uploads-database.ts';

export interface StoredUpload {
  readonly document: string;
  /** Of the file in its document. */
  readonly file: string;
  /** Behind the id (FI10). */
  readonly secret: string;
  readonly name: string;
  readonly blob: Blob;
  /** Who added it; null before the first sign-in. No other person's session sends it. */
  readonly owner: UploadOwner | null;
}

interface UploadSchema extends DBSchema {
  upload: { readonly key: [document: string, file: string]; readonly value: StoredUpload };
}

export interface UploadStore {
  /** @returns false when the device keeps it in memory only */
  put(upload: StoredUpload): Promise<boolean>;
  has(upload: Pick<StoredUpload, 'document' | 'file'>): Promise<boolean>;
  delete(upload: Pick<StoredUpload, 'document' | 'file'>): Promise<void>;
  all(): Promise<readonly StoredUpload[]>;
  count(): Promise<number>;
}

export class BrowserUploadStore implements UploadStore {
  readonly #database: Promise<IDBPDatabase<UploadSchema> | null>;

  constructor() {
    this.#database = openDB<UploadSchema>(UPLOADS_DATABASE, 1, {
      upgrade: (database) =>
        void database.createObjectStore('upload', { keyPath: ['document', 'file'] }),
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    }).catch(() => null);
  }

  async put(upload: StoredUpload): Promise<boolean> {
    try {
      const database = await this.#database;
      await database?.put('upload', upload);
      return database !== null;
    } catch {
      return false;
    }
  }

  /** True also where nobody knows: then the page that has the file decides. */
  async has({ document, file }: Pick<StoredUpload, 'document' | 'file'>): Promise<boolean> {
    try {
      const database = await this.#database;
      return database === null || (await database.count('upload', [document, file])) > 0;
    } catch {
      return true;
    }
  }

  async delete({ document, file }: Pick<StoredUpload, 'document' | 'file'>): Promise<void> {
    try {
      await (await this.#database)?.delete('upload', [document, file]);
    } catch {
      // It is sent once more after a reload, which changes nothing.
    }
  }

  async count(): Promise<number> {
    try {
      return (await (await this.#database)?.count('upload')) ?? 0;
    } catch {
      return 0;
    }
  }

  async all(): Promise<readonly StoredUpload[]> {
    try {
      return (await (await this.#database)?.getAll('upload')) ?? [];
    } catch {
      return [];
    }
  }
}
