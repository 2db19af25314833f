/** The uploaded files that a database names: copied, and checked by the sizes and hashes of their rows. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import pLimit from 'p-limit';
import { OBJECTS } from '../limits.ts';
import { OBJECT_KEY, type ObjectStore } from '../objects/object-store.ts';
import { TRANSFER_TABLES, type TransferTable } from '../transfer/transfer-tables.ts';
import type { TransferProgress, TransferSource } from '../transfer/transfer.ts';
import { refusal } from './manifest.ts';

/** Transfers at the same time: a bucket answers each of them slowly. */
const CONCURRENCY = 8;

export interface StoredFile {
  readonly key: string;
  readonly size: number;
  readonly hash: string;
}

export type FileState = 'whole' | 'missing' | 'damaged';

export interface FileResult extends StoredFile {
  readonly state: FileState;
}

const FILE_TABLE = TRANSFER_TABLES.find(({ name }) => name === 'file') as TransferTable;
const AT = Object.fromEntries(
  Object.keys(FILE_TABLE.columns).map((column, at) => [column, at]),
) as Readonly<Record<'key' | 'state' | 'size' | 'hash', number>>;

/** @throws StorageError where a row cannot be one of a file. */
async function* readStoredFiles(source: TransferSource): AsyncGenerator<readonly StoredFile[]> {
  for await (const rows of source.read(FILE_TABLE)) {
    const files: StoredFile[] = [];
    for (const row of rows) {
      if (row[AT.state] !== 'stored') continue;
      const [key, size, hash] = [row[AT.key], row[AT.size], row[AT.hash]];
      if (typeof key !== 'string' || !OBJECT_KEY.test(key) || typeof size !== 'number')
        throw refusal('A row of the table "file" names no file. The database is damaged.');
      files.push({ key, size, hash: String(hash) });
    }
    yield files;
  }
}

export async function readStoredKeys(source: TransferSource): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const files of readStoredFiles(source)) for (const { key } of files) keys.add(key);
  return keys;
}

export interface FileWork {
  /** Files that are not asked for. */
  readonly without?: ReadonlySet<string>;
  readonly onProgress: (progress: TransferProgress) => void;
}

/** Does the same to each stored file of a database, a few at a time. */
export async function forEachFile(
  source: TransferSource,
  { step, without, onProgress }: FileWork & Pick<TransferProgress, 'step'>,
  work: (file: StoredFile) => Promise<FileState>,
): Promise<{ readonly count: number; readonly bytes: number; readonly faults: FileResult[] }> {
  const limit = pLimit(CONCURRENCY);
  const faults: FileResult[] = [];
  let [count, bytes, done] = [0, 0, 0];
  for await (const files of readStoredFiles(source)) {
    const asked = files.filter(({ key }) => without?.has(key) !== true);
    await Promise.all(
      asked.map((file) =>
        limit(async () => {
          const state = await work(file);
          if (state === 'whole') {
            count++;
            bytes += file.size;
          } else faults.push({ ...file, state });
          onProgress({ step, table: 'files', rows: ++done });
        }),
      ),
    );
  }
  return { count, bytes, faults };
}

/** Leaves what is there already, if its bytes are right; nothing is stored under the key of a damaged file. */
export async function copyFile(
  file: StoredFile,
  from: ObjectStore,
  to: ObjectStore,
): Promise<FileState> {
  if ((await to.has(file.key)) && (await checkFile(file, to)) === 'whole') return 'whole';
  const stream = (await from.has(file.key)) ? await from.read(file.key) : null;
  if (stream === null) return 'missing';
  const { key, size } = file;
  // Also what an interrupted copy has left.
  await to.delete(key);
  const body = Readable.from(verified(file, stream), { objectMode: false });
  try {
    const signal = AbortSignal.timeout(OBJECTS.transferTimeoutMs);
    await to.write({ key, size, body, signal });
    return 'whole';
  } catch (error) {
    if (error instanceof DamagedFile) return 'damaged';
    throw error;
  } finally {
    stream.destroy();
  }
}

export async function checkFile(file: StoredFile, objects: ObjectStore): Promise<FileState> {
  // A named pipe would never end.
  const stream = (await objects.has(file.key)) ? await objects.read(file.key) : null;
  if (stream === null) return 'missing';
  try {
    for await (const _ of verified(file, stream));
    return 'whole';
  } catch (error) {
    if (error instanceof DamagedFile) return 'damaged';
    throw error;
  } finally {
    stream.destroy();
  }
}

class DamagedFile extends Error {}

/** A broken sector of the disk is one of this file, and no fault of the others. */
async function* readable(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') throw new DamagedFile();
    throw error;
  }
}

/** The last bytes come only if all are right: a bucket stores a body as soon as it has its length. */
async function* verified({ size, hash }: StoredFile, stream: Readable): AsyncGenerator<Buffer> {
  const digest = createHash('sha256');
  let bytes = 0;
  let last: Buffer | null = null;
  for await (const chunk of readable(stream)) {
    bytes += chunk.byteLength;
    if (bytes > size) throw new DamagedFile();
    digest.update(chunk);
    if (last !== null) yield last;
    last = chunk;
  }
  if (bytes !== size || digest.digest('hex') !== hash) throw new DamagedFile();
  if (last !== null) yield last;
}
