/**
 * The data directory of one server, locked for the life of its process: two servers on one directory would
 * give the same numbers to different events.
 */
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { LOCK_FILE, tryLockFolder, type FolderLock } from './folder-lock.ts';
import type { UncleanRun } from './sqlite/database-check.ts';
import type { DatabaseCheckData, DatabaseCheckResult } from './sqlite/database-check-worker.ts';
import { openSqlite } from './sqlite/sqlite.ts';
import { unfinishedOf } from './sqlite/sqlite-transfer.ts';
import { StorageError } from './storage-error.ts';
import type { LastRun } from './timelines.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { StartupError } from '../runtime/startup-error.ts';

const DATABASE_FILE = 'tandem.db';
/** Describes the process that holds the directory; after a clean stop, the state of the database file. */
const STATE_FILE = 'tandem.state.json';
/** Created by an operator who restores a backup; deleted once a timeline has begun. */
const RESTORED_FILE = 'tandem.restored';

const CLOSE_TIMEOUT_MS = 500;
/** How often this process touches the state file; each time wakes it. */
const HEARTBEAT_MS = 10_000;

const run = z.string().max(64).nullable();
const state = z.union([
  z.strictObject({
    pid: z.number().int(),
    host: z.string().max(256),
    since: z.iso.datetime(),
    lockInode: z.number(),
    database: z.strictObject({ inode: z.number(), mtimeMs: z.number() }).nullable(),
    /** The run id in the database; null before the database is open and known to be the same one. */
    run,
  }),
  z.strictObject({
    stopped: z.strictObject({ size: z.number(), mtimeMs: z.number() }),
    lockInode: z.number(),
    run,
  }),
]);
type State = z.infer<typeof state>;

export class DataDirectory {
  readonly path: string;
  readonly #lock: FolderLock;
  readonly #clock: Clock;
  readonly #since: string;
  #isNew = false;
  #heartbeat: unknown = null;
  #run: string | null = null;

  private constructor(path: string, lock: FolderLock, clock: Clock) {
    this.path = path;
    this.#lock = lock;
    this.#clock = clock;
    this.#since = new Date(clock.now()).toISOString();
  }

  /**
   * Locks the directory, and checks the database when the last stop was not clean or the file has changed.
   *
   * @throws StartupError when another process holds it, when the database and its log do not belong together, or when
   * a restore was interrupted (BK9).
   * @throws StorageError when the database is damaged or the disk fails.
   */
  static async open(
    path: string,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
  ): Promise<DataDirectory> {
    const directory = new DataDirectory(path, lockFolder(path), clock);
    try {
      directory.#assertFinished();
      directory.#run = directory.#knownRun();
      if (!directory.#isAsLeft()) await directory.#check(log);
      directory.noteStart();
    } catch (error) {
      directory.release();
      throw error;
    }
    return directory;
  }

  /**
   * Locks the directory of a stopped server, whose database is only read.
   *
   * @throws StartupError when another process holds it, or when the database and its log do not belong together.
   * @throws StorageError when the database is damaged or the disk fails.
   */
  static async openForReading(
    path: string,
    options: { readonly clock: Clock; readonly log: Log },
  ): Promise<DataDirectory> {
    assertDatabase(path);
    const directory = new DataDirectory(path, lockFolder(path), options.clock);
    try {
      if (!directory.#isAsLeft()) await directory.#check(options.log);
      return directory;
    } catch (error) {
      directory.release();
      throw error;
    }
  }

  /**
   * Checks the database of a stopped server; a server that runs has done so. Afterwards, it is unlocked.
   *
   * @returns the database
   * @throws StartupError or StorageError as `openForReading`, but for the holder.
   */
  static async checkBesideServer(
    path: string,
    options: { readonly clock: Clock; readonly log: Log },
  ): Promise<string> {
    assertDatabase(path);
    const lock = tryLockFolder(path);
    if (lock === null) return join(path, DATABASE_FILE);
    const directory = new DataDirectory(path, lock, options.clock);
    let isAsLeft = false;
    try {
      isAsLeft = directory.#isAsLeft();
    } finally {
      // The check only reads, and must keep no server from starting.
      directory.release();
    }
    if (!isAsLeft) await directory.#check(options.log);
    return directory.database;
  }

  /**
   * Locks a directory that is to receive a database.
   *
   * @throws StartupError when it holds one, or when another process holds it.
   */
  static openEmpty(path: string, clock: Clock): DataDirectory {
    const directory = new DataDirectory(path, lockFolder(path), clock);
    const found = ['', '-wal', '-shm'].find((end) => existsSync(directory.database + end));
    if (found === undefined) {
      // It describes a database that is gone.
      rmSync(join(path, STATE_FILE), { force: true });
      return directory;
    }
    directory.release();
    throw new StartupError(
      `The folder "${path}" is not empty: it holds ${DATABASE_FILE}${found}. Nothing was changed. Choose another folder.`,
    );
  }

  release(): void {
    this.#lock.release();
  }

  discardUnfinished(): void {
    if (this.#isNew)
      for (const end of ['', '-wal', '-shm']) rmSync(this.database + end, { force: true });
    this.release();
  }

  isRestored(last: LastRun | null): boolean {
    if (existsSync(join(this.path, RESTORED_FILE))) return true;
    return last !== null && (last.isCopy || last.id !== this.#run);
  }

  noteRun(id: string): void {
    this.#run = id;
    this.noteStart();
    rmSync(join(this.path, RESTORED_FILE), { force: true });
  }

  get database(): string {
    return join(this.path, DATABASE_FILE);
  }

  noteStart(): void {
    this.#isNew = sizeOf(this.database) === 0;
    const found = statSync(this.database, { throwIfNoEntry: false });
    this.#write({
      pid: process.pid,
      host: hostname(),
      since: this.#since,
      lockInode: this.#lockInode,
      database: found === undefined ? null : { inode: found.ino, mtimeMs: found.mtimeMs },
      run: this.#run,
    });
    if (this.#heartbeat === null) this.#scheduleHeartbeat();
  }

  close(): void {
    this.#clock.clearTimeout(this.#heartbeat);
    this.#emptyLog();
    const isWhole = sizeOf(`${this.database}-wal`) === 0;
    const left = statSync(this.database, { throwIfNoEntry: false });
    if (isWhole && left !== undefined)
      this.#write({
        stopped: { size: left.size, mtimeMs: left.mtimeMs },
        lockInode: this.#lockInode,
        run: this.#run,
      });
    this.release();
  }

  /** @throws StartupError: a server would begin with an empty database. */
  #assertFinished(): void {
    const unfinished = unfinishedOf(this.database);
    if (sizeOf(this.database) > 0 || !existsSync(unfinished)) return;
    throw new StartupError(
      `A restore or a migration into "${this.path}" was interrupted. Run it again, and it replaces what is there. To start with an empty database instead, delete ${unfinished}.`,
    );
  }

  #scheduleHeartbeat(): void {
    this.#heartbeat = this.#clock.setTimeout(() => {
      const now = new Date(this.#clock.now());
      utimes(join(this.path, STATE_FILE), now, now).catch(ignore);
      this.#scheduleHeartbeat();
    }, HEARTBEAT_MS);
  }

  get #lockInode(): number {
    return statSync(join(this.path, LOCK_FILE)).ino;
  }

  #knownRun(): string | null {
    const last = readState(this.path);
    if (last === null || last.lockInode !== this.#lockInode) return null;
    const isSame =
      'stopped' in last
        ? this.#isAsLeft()
        : last.database === null ||
          statSync(this.database, { throwIfNoEntry: false })?.ino === last.database.inode;
    return isSame ? last.run : null;
  }

  async #check(log: Log): Promise<void> {
    const bytes = sizeOf(this.database);
    const startMs = this.#clock.monotonicMs();
    if (bytes > 0) log.info({ bytes }, 'checking the database');
    await checkInThread({ path: this.database, lastRun: this.#lastRun() });
    const ms = Math.round(this.#clock.monotonicMs() - startMs);
    if (bytes > 0) log.info({ bytes, ms }, 'database checked');
  }

  #isAsLeft(): boolean {
    const last = readState(this.path);
    if (last === null || !('stopped' in last) || sizeOf(`${this.database}-wal`) > 0) return false;
    const found = statSync(this.database, { throwIfNoEntry: false });
    return found?.size === last.stopped.size && found.mtimeMs === last.stopped.mtimeMs;
  }

  /** Moves the whole write-ahead log into the database file. A thread that just ended may still have it open. */
  #emptyLog(): void {
    try {
      const sqlite = openSqlite(this.database, { busyTimeoutMs: CLOSE_TIMEOUT_MS });
      try {
        sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        sqlite.close();
      }
    } catch {
      // The log has all commits, and the next start checks the database.
    }
  }

  #lastRun(): UncleanRun | null {
    const last = readState(this.path);
    const isMoved = last === null || !('pid' in last) || last.lockInode !== this.#lockInode;
    if (isMoved) return null;
    return { database: last.database, aliveAtMs: statSync(join(this.path, STATE_FILE)).mtimeMs };
  }

  /** Writes the state file. A failure, for example of a full disk, only makes the next start check the database. */
  #write(next: State): void {
    const file = join(this.path, STATE_FILE);
    try {
      rmSync(file, { force: true });
      writeFileSync(`${file}.new`, JSON.stringify(next), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // The next start checks the database.
    }
  }
}

/** @throws StartupError or StorageError */
async function checkInThread(workerData: DatabaseCheckData): Promise<void> {
  const worker = new Worker(new URL('./database-check-worker.js', import.meta.url), {
    workerData,
    name: 'database check',
  });
  const [result] = (await once(worker, 'message')) as [DatabaseCheckResult];
  await worker.terminate();
  if (result.kind === 'problem') throw new StartupError(result.sentence);
  if (result.kind === 'failed') throw new StorageError(result.error);
}

/** @throws StartupError that names the holder. */
function lockFolder(path: string): FolderLock {
  const lock = tryLockFolder(path);
  if (lock !== null) return lock;
  throw new StartupError(
    `DATA_DIR "${path}" is in use by ${holderOf(path)}. Stop that server, or set DATA_DIR to another folder.`,
  );
}

/** @throws StartupError */
function assertDatabase(path: string): void {
  if (sizeOf(join(path, DATABASE_FILE)) > 0) return;
  throw new StartupError(`The folder "${path}" holds no database: ${DATABASE_FILE} is missing.`);
}

function holderOf(path: string): string {
  const holder = readState(path);
  if (holder === null || !('pid' in holder)) return 'another server';
  const { pid, host, since } = holder;
  return `another server: process ${pid} on ${host}, running since ${since}`;
}

function readState(path: string): State | null {
  try {
    return state.safeParse(JSON.parse(readFileSync(join(path, STATE_FILE), 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

function ignore(): void {}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
