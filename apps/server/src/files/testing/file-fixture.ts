/** Uploads and deletion over a database and a folder of their own. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ManualClock } from '@tandem/testkit';
import { Metrics } from '../../metrics/metrics.ts';
import { createLog } from '../../runtime/log.ts';
import { createDocument } from '../../storage/documents.ts';
import { DiskObjects } from '../../storage/objects/disk-objects.ts';
import type { ObjectStore } from '../../storage/objects/object-store.ts';
import type { Database } from '../../storage/tables.ts';
import { temporaryDatabase, temporaryPath } from '../../storage/testing/temporary-database.ts';
import { createUser } from '../../storage/users.ts';
import { FileDeletion } from '../file-deletion.ts';
import { FileUploads, type Upload } from '../file-uploads.ts';

export const FILE = '01JD9X6Z7S8K3Q2M5N4P6R0001';

/** Of a store, whose other methods do what they did. */
export function wrapped(objects: ObjectStore, changes: Partial<ObjectStore>): ObjectStore {
  return {
    write: (object) => objects.write(object),
    read: (key, range) => objects.read(key, range),
    has: (key) => objects.has(key),
    delete: (key) => objects.delete(key),
    freeBytes: () => objects.freeBytes(),
    ...changes,
  };
}

export interface FileFixtureOptions {
  readonly limits?: Partial<ConstructorParameters<typeof FileUploads>[0]['limits']>;
  readonly wrap?: (objects: ObjectStore) => ObjectStore;
}

export class FileFixture {
  readonly db: Database;
  readonly uploads: FileUploads;
  readonly deletion: FileDeletion;
  readonly objects: ObjectStore;
  readonly clock = new ManualClock(1_000_000);
  readonly #folder: string;

  private constructor(
    db: Database,
    parts: { objects: ObjectStore; folder: string; log: Awaited<ReturnType<typeof createLog>> },
    limits: FileFixtureOptions['limits'],
  ) {
    const { clock } = this;
    const { objects, log } = parts;
    this.db = db;
    this.objects = objects;
    this.#folder = parts.folder;
    this.deletion = new FileDeletion({ db, objects, clock, log });
    this.uploads = new FileUploads({
      ...{ db, objects, clock, deletion: this.deletion, metrics: new Metrics() },
      limits: { maxFileBytes: 1_000, bytesPerDocument: 50_000, bytesPerUser: 30_000, ...limits },
    });
  }

  static async open({ limits = {}, wrap = (it) => it }: FileFixtureOptions = {}) {
    const db = await temporaryDatabase();
    for (const id of ['ada', 'bob']) await createUser(db, { id, name: id, color: 1, at: 0 });
    for (const id of ['plan', 'notes'])
      await createDocument(db, { id, kind: 'page', title: id, owner: 'ada', at: 0 });
    const folder = await temporaryPath('files');
    const objects = wrap(await DiskObjects.open(folder));
    const log = await createLog({ format: 'json', level: 'silent' });
    return new FileFixture(db, { objects, folder, log }, limits);
  }

  async upload(bytes: string | Buffer, upload: Partial<Upload> = {}) {
    const content = Buffer.from(bytes);
    return await this.uploads.take({
      document: 'plan',
      id: FILE,
      name: 'a file',
      size: content.byteLength,
      user: 'ada',
      body: Readable.from([content], { objectMode: false }),
      isAllowed: async () => true,
      ...upload,
    });
  }

  async rows() {
    return await this.db.selectFrom('file').selectAll().orderBy('created_at').execute();
  }

  /** Keys of all bytes on the disk, also half-written ones. */
  async kept(): Promise<string[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  get incoming(): string {
    return join(this.#folder, 'incoming');
  }
}
