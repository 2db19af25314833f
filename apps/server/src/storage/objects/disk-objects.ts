/**
 * Objects as files of one folder: `<first two digits of the key>/<key>`. Several servers may use the folder. An
 * object is written into `incoming`, synchronised, and moved to its place.
 */
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { StorageError } from '../storage-error.ts';
import { OBJECT_KEY, type ByteRange, type NewObject, type ObjectStore } from './object-store.ts';

const INCOMING = 'incoming';
const PRIVATE_FOLDER = { recursive: true, mode: 0o700 } as const;
const PRIVATE_FILE = 0o600;
const KEY_PREFIX_LENGTH = 2;

export class DiskObjects implements ObjectStore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Creates the folder. @throws StorageError when it cannot be written to. */
  static async open(folder: string): Promise<DiskObjects> {
    await onDisk(async () => {
      await mkdir(join(folder, INCOMING), PRIVATE_FOLDER);
      await synchronise(folder);
    });
    return new DiskObjects(folder);
  }

  /** A folder that is only read. */
  static existing(folder: string): DiskObjects {
    return new DiskObjects(folder);
  }

  async write({ key, size, body, signal }: NewObject): Promise<void> {
    const incoming = this.#incoming(key);
    try {
      await onDisk(async () => {
        await using file = await open(incoming, 'wx', PRIVATE_FILE);
        for await (const chunk of addAbortSignal(signal, body))
          await file.writeFile(chunk as Buffer);
        const written = (await file.stat()).size;
        if (written !== size) throw new RangeError(`${written} bytes came, not ${size}`);
        await file.sync();
      });
      await onDisk(() => this.#publish(key));
    } catch (error) {
      await rm(incoming, { force: true }).catch(() => undefined);
      signal.throwIfAborted();
      throw error;
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    return await onDisk(async () => {
      try {
        const file = await open(this.#place(key), 'r');
        return file.createReadStream(range);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      }
    });
  }

  async has(key: string): Promise<boolean> {
    return await onDisk(async () => {
      try {
        return (await stat(this.#place(key))).isFile();
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        throw error;
      }
    });
  }

  async delete(key: string): Promise<void> {
    await onDisk(async () => {
      await rm(this.#incoming(key), { force: true });
      await rm(this.#place(key), { force: true });
    });
  }

  async freeBytes(): Promise<number> {
    return await onDisk(async () => {
      const { bavail, bsize } = await statfs(this.#folder);
      return bavail * bsize;
    });
  }

  async #publish(key: string): Promise<void> {
    const place = this.#place(key);
    const created = await mkdir(dirname(place), PRIVATE_FOLDER);
    await rename(this.#incoming(key), place);
    await synchronise(dirname(place));
    if (created !== undefined) await synchronise(this.#folder);
  }

  #place(key: string): string {
    assertKey(key);
    return join(this.#folder, key.slice(0, KEY_PREFIX_LENGTH), key);
  }

  #incoming(key: string): string {
    assertKey(key);
    return join(this.#folder, INCOMING, key);
  }
}

function assertKey(key: string): void {
  if (!OBJECT_KEY.test(key)) throw new RangeError('not the key of an object');
}

/** A new name in a folder survives a loss of power only after this. Windows knows no such thing. */
async function synchronise(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** Faults of the disk become a `StorageError`; those of the body stay what they are. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!DISK_FAULTS.has(codeOf(error) ?? '')) throw error;
    throw new StorageError({
      message: `The folder of uploaded files cannot be used: ${(error as Error).message}`,
      retryable: true,
      damaged: false,
    });
  }
}

const DISK_FAULTS: ReadonlySet<string> = new Set([
  'EACCES',
  'EDQUOT',
  'EEXIST',
  'EFBIG',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
  'ESTALE',
]);

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
