/** The folder of a backup while it is written: BK3. */
import { createHash } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LOCK_FILE, tryLockFolder, type FolderLock } from '../folder-lock.ts';
import {
  DATABASE_FILE,
  encodeManifest,
  FILES_FOLDER,
  MANIFEST_FILE,
  refusal,
  SECRET_FILE,
  type Manifest,
} from './manifest.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** What an interrupted backup may have left, but for its lock; the manifest is deleted first. */
const PARTS = [
  MANIFEST_FILE,
  `${MANIFEST_FILE}.new`,
  DATABASE_FILE,
  ...['', '-wal', '-shm'].map((end) => `${DATABASE_FILE}.unfinished${end}`),
  SECRET_FILE,
  FILES_FOLDER,
];

export class BackupTarget implements AsyncDisposable {
  readonly #final: string;
  readonly #path: string;
  readonly #lock: FolderLock;
  #isFinished = false;

  private constructor(final: string, lock: FolderLock) {
    this.#final = final;
    this.#path = unfinished(final);
    this.#lock = lock;
  }

  /**
   * Deletes what an interrupted backup of this name has left.
   *
   * @param to a folder that does not exist
   * @throws StorageError
   */
  static async create(to: string): Promise<BackupTarget> {
    const final = resolve(to);
    const found = await lstat(final).catch(ifMissing);
    if (found !== null)
      throw refusal(
        `"${final}" exists already, and a backup never changes another one. Name a new folder${found.isDirectory() ? `, such as ${join(final, 'monday')}` : ''}.`,
      );
    const path = unfinished(final);
    try {
      await mkdir(dirname(final), { recursive: true, mode: PRIVATE_FOLDER });
      await mkdir(path, { mode: PRIVATE_FOLDER }).catch(ifPresent);
    } catch (error) {
      throw refusal(`The folder "${path}" cannot be created: ${(error as Error).message}.`);
    }
    if (!(await lstat(path)).isDirectory())
      throw refusal(`"${path}" is no folder. Move it away, or name another backup.`);
    await assertOwn(path);
    const lock = tryLockFolder(path);
    if (lock === null)
      throw refusal(`Another backup writes to "${path}". Wait for its end, or name another one.`);
    const target = new BackupTarget(final, lock);
    await target.#clear();
    return target;
  }

  get database(): string {
    return join(this.#path, DATABASE_FILE);
  }

  get files(): string {
    return join(this.#path, FILES_FOLDER);
  }

  async writeSecret(secret: string): Promise<void> {
    await writeFlushed(join(this.#path, SECRET_FILE), secret);
  }

  /** Everything else has been written and flushed. @returns the SHA-256 of the manifest. */
  async finish(fields: Omit<Manifest, 'format'>): Promise<string> {
    const text = encodeManifest(fields);
    const manifest = join(this.#path, MANIFEST_FILE);
    await flushFolder(this.#path);
    await writeFlushed(`${manifest}.new`, text);
    await rename(`${manifest}.new`, manifest);
    await flushFolder(this.#path);
    // Still locked, so that no other backup deletes it.
    await rename(this.#path, this.#final);
    this.#isFinished = true;
    this.#lock.release();
    await removeLock(this.#final);
    await flushFolder(dirname(this.#final));
    return createHash('sha256').update(text).digest('hex');
  }

  /** Deletes what was not finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isFinished) return;
    await this.#clear();
    // Still locked, so that this is not the lock of another backup.
    await removeLock(this.#path);
    await rmdir(this.#path).catch(() => undefined);
    this.#lock.release();
  }

  async #clear(): Promise<void> {
    for (const name of PARTS) await rm(join(this.#path, name), { recursive: true, force: true });
  }
}

async function removeLock(folder: string): Promise<void> {
  for (const end of ['', '-journal']) await rm(join(folder, LOCK_FILE + end), { force: true });
}

function unfinished(final: string): string {
  return `${final}.unfinished`;
}

/** Somebody's own folder may have this name by chance. @throws StorageError */
async function assertOwn(path: string): Promise<void> {
  const names = await readdir(path);
  const other = names.find((name) => !PARTS.includes(name) && !name.startsWith(LOCK_FILE));
  if (other === undefined) return;
  throw refusal(
    `"${path}" holds "${other}", which no backup has written. Nothing was changed. Move it away, or name another backup.`,
  );
}

/** @throws StorageError */
async function writeFlushed(path: string, text: string): Promise<void> {
  try {
    await using file = await open(path, 'wx', PRIVATE_FILE);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    throw refusal(`"${path}" cannot be written: ${(error as Error).message}.`);
  }
}

async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}

function ifMissing({ code, message }: NodeJS.ErrnoException): null {
  if (code === 'ENOENT') return null;
  throw refusal(message);
}

function ifPresent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
