/** A finished backup, as a source that is checked while it is read: BK5, BK6, BK10. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../runtime/clock.ts';
import { migrations } from '../migrations.ts';
import { DiskObjects } from '../objects/disk-objects.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { openDatabase } from '../sqlite/database.ts';
import { LocalExecutor } from '../sqlite/executor.ts';
import { SqliteTransferSource } from '../sqlite/sqlite-transfer.ts';
import { TableDigest } from '../transfer/table-digest.ts';
import type { TransferTable } from '../transfer/transfer-tables.ts';
import type { TransferRow, TransferSource } from '../transfer/transfer.ts';
import {
  DATABASE_FILE,
  FILES_FOLDER,
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  MAX_SECRET_BYTES,
  parseManifest,
  refusal,
  SECRET_FILE,
  type Manifest,
} from './manifest.ts';

export class StoredBackup {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Of the manifest itself: the same backup has the same. */
  readonly sha256: string;

  private constructor(folder: string, manifest: Manifest, sha256: string) {
    this.folder = folder;
    this.manifest = manifest;
    this.sha256 = sha256;
  }

  /** @throws StorageError */
  static async open(from: string): Promise<StoredBackup> {
    const folder = resolve(from);
    const path = join(folder, MANIFEST_FILE);
    const text = await readSmallFile(path, MAX_MANIFEST_BYTES);
    if (text === null)
      throw refusal(
        `"${folder}" is not a backup, or one that did not come to its end: it holds no ${MANIFEST_FILE}.`,
      );
    return new StoredBackup(folder, parseManifest(text, path), sha256Of(text));
  }

  get objects(): ObjectStore {
    return DiskObjects.existing(join(this.folder, FILES_FOLDER));
  }

  /** @throws StorageError when it is not the one that was backed up. */
  async readSecret(): Promise<string | null> {
    const { secret } = this.manifest;
    if (secret === null) return null;
    const path = join(this.folder, SECRET_FILE);
    const text = await readSmallFile(path, MAX_SECRET_BYTES);
    if (text === null) throw refusal(`The backup is damaged: ${path} is missing.`);
    if (sha256Of(text) !== secret.sha256)
      throw refusal(`The backup is damaged: ${path} is not the secret that was backed up.`);
    return text;
  }

  /** @throws StorageError when it is not the one that was backed up. */
  async checkDatabase(): Promise<void> {
    const { bytes, sha256 } = this.manifest.database;
    const path = this.#database;
    const found = await lstat(path).catch(() => null);
    if (found === null || !found.isFile())
      throw refusal(`The backup is damaged: ${path} is missing.`);
    if (found.size !== bytes)
      throw refusal(
        `The backup is damaged: ${path} has ${found.size} bytes, and had ${bytes} when the backup was made.`,
      );
    if ((await sha256OfFile(path)) !== sha256)
      throw refusal(
        `The backup is damaged: ${path} has other bytes than when the backup was made.`,
      );
  }

  /** All tables, in the schema of this version. @throws StorageError, also where rows are not those that were backed up. */
  async read<T>(
    { clock }: { readonly clock: Clock },
    work: (source: TransferSource) => Promise<T>,
  ): Promise<T> {
    const { isOlder, tables } = this.#compareSchema(clock);
    if (isOlder) return await this.#readMigratedCopy(clock, work);
    using source = SqliteTransferSource.open(this.#database, { clock, usedBy: 'nobody' });
    return await work(new CheckedSource(source, tables));
  }

  get #database(): string {
    return join(this.folder, DATABASE_FILE);
  }

  #compareSchema(clock: Clock) {
    const { schema, version, tables } = this.manifest;
    const known = migrations('sqlite', clock).map(({ name }) => name);
    const unknown = schema.filter((name) => !known.includes(name));
    if (unknown.length > 0)
      throw refusal(
        `The backup is of a newer version of Tandem, ${version} (${unknown[0]}). Nothing was changed. Restore it with that version.`,
      );
    return { isOlder: known.some((name) => !schema.includes(name)), tables };
  }

  /** The rows of an older schema have other hashes, and their file has been checked as a whole. */
  async #readMigratedCopy<T>(
    clock: Clock,
    work: (source: TransferSource) => Promise<T>,
  ): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'tandem-restore-'));
    try {
      const copy = join(folder, DATABASE_FILE);
      await copyFile(this.#database, copy);
      const db = await openDatabase(new LocalExecutor(copy), clock);
      await db.destroy();
      using source = SqliteTransferSource.open(copy, { clock, usedBy: 'nobody' });
      return await work(source);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Throws at the end of a table whose rows are not those of the manifest. */
class CheckedSource implements TransferSource {
  readonly #source: TransferSource;
  readonly #tables: Manifest['tables'];

  constructor(source: TransferSource, tables: Manifest['tables']) {
    this.#source = source;
    this.#tables = tables;
  }

  async *read(table: TransferTable): AsyncGenerator<readonly TransferRow[]> {
    const expected = this.#tables.find((each) => each.table === table.name);
    const digest = new TableDigest();
    for await (const rows of this.#source.read(table)) {
      digest.add(rows);
      yield rows;
    }
    const { rows, sha256 } = digest.finish();
    if (expected?.rows === rows && expected.sha256 === sha256) return;
    throw refusal(
      `The backup is damaged: its table "${table.name}" has other rows than when the backup was made (${rows} now, ${expected?.rows ?? 0} then).`,
    );
  }
}

/** @returns null where there is no such file; links and folders are none. @throws StorageError */
async function readSmallFile(path: string, maxBytes: number): Promise<string | null> {
  const found = await lstat(path).catch(() => null);
  if (found === null || !found.isFile()) return null;
  if (found.size > maxBytes)
    throw refusal(
      `${path} is damaged: it has ${found.size} bytes, and at most ${maxBytes} make sense.`,
    );
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw refusal(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** @throws StorageError */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw refusal(`${path} cannot be read: ${(error as Error).message}.`);
  }
  return hash.digest('hex');
}
