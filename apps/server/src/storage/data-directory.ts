/**
 * The folder of one server, held for as long as its process lives. Two servers on one folder would give the same
 * numbers to different events. The lock is one of the operating system, on a small SQLite file that nothing else
 * opens: it vanishes with the process however that ends, so that no stale lock keeps the next one out, and no process
 * that has the same id by chance is taken for the holder.
 */
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';
import { z } from 'zod';
import { DatabaseError } from './storage-error.ts';
import type { LastRun } from './sqlite/database-check.ts';
import type { LastRun as LastRunOfDatabase } from './timelines.ts';
import type { DatabaseCheckData, DatabaseCheckResult } from './sqlite/database-check-worker.ts';
import { openSqlite, translated, type Sqlite } from './sqlite/sqlite.ts';
import type { Log } from '../runtime/log.ts';
import { StartupError } from '../runtime/startup-error.ts';

const DATABASE_FILE = 'tandem.db';
const LOCK_FILE = 'tandem.lock';
/** Says who holds the folder; after a clean stop, how the database was left. */
const STATE_FILE = 'tandem.state.json';
/** Made by an operator who restores a backup; deleted once a timeline has begun for it. */
const RESTORED_FILE = 'tandem.restored';

const CLOSE_TIMEOUT_MS = 500;
/** How often the time of the state file says that this process lives. */
const HEARTBEAT_MS = 1_000;

const run = z.string().max(64).nullable();
const state = z.union([
  z.strictObject({
    pid: z.number().int(),
    host: z.string().max(256),
    since: z.iso.datetime(),
    /** By which it shows that the folder was moved. */
    lockInode: z.number(),
    /** The database at the start; null before there is one. */
    database: z.strictObject({ inode: z.number(), mtimeMs: z.number() }).nullable(),
    /** As in the database; null before that is open, when it is not known to be the one that was here. */
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
  readonly #lock: Sqlite;
  readonly #since = new Date().toISOString();
  /** There was no database, and none has been finished. */
  #isNew = false;
  #heartbeat: NodeJS.Timeout | null = null;
  #run: string | null = null;

  private constructor(path: string, lock: Sqlite) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Holds the folder, and checks the database where the last stop was not clean or the file is not as it was left.
   *
   * @throws StartupProblem when another process holds it, or when the database and its log do not belong together.
   * @throws DatabaseError when the database is damaged or the disk fails.
   */
  static async open(path: string, log: Log): Promise<DataDirectory> {
    const directory = new DataDirectory(path, lockFolder(path));
    try {
      directory.#run = directory.#knownRun();
      if (!directory.#isAsLeft()) await directory.#check(log);
      directory.noteStart();
    } catch (error) {
      directory.#lock.close();
      throw error;
    }
    return directory;
  }

  /** Nothing of a database that could not be made stays: half of one would keep the next start out. */
  discardUnfinished(): void {
    if (this.#isNew)
      for (const end of ['', '-wal', '-shm']) rmSync(this.database + end, { force: true });
    this.#lock.close();
  }

  /** Whether a database that says this of itself is older than the folder, another one, or was put here by hand. */
  isRestored(last: LastRunOfDatabase | null): boolean {
    if (existsSync(join(this.path, RESTORED_FILE))) return true;
    return last !== null && (last.isCopy || last.id !== this.#run);
  }

  /** This process uses the database, which knows it by that id. */
  noteRun(id: string): void {
    this.#run = id;
    this.noteStart();
    rmSync(join(this.path, RESTORED_FILE), { force: true });
  }

  get database(): string {
    return join(this.path, DATABASE_FILE);
  }

  /** Notes who holds the folder, and which file the database is. Once more when that file was made. */
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
    const file = join(this.path, STATE_FILE);
    this.#heartbeat ??= setInterval(() => {
      const now = new Date();
      utimes(file, now, now).catch(ignore);
    }, HEARTBEAT_MS).unref();
  }

  /** Notes that everything is in the database file, and lets go of the folder. */
  close(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#emptyLog();
    const isWhole = sizeOf(`${this.database}-wal`) === 0;
    const left = statSync(this.database, { throwIfNoEntry: false });
    if (isWhole && left !== undefined)
      this.#write({
        stopped: { size: left.size, mtimeMs: left.mtimeMs },
        lockInode: this.#lockInode,
        run: this.#run,
      });
    this.#lock.close();
  }

  get #lockInode(): number {
    return statSync(join(this.path, LOCK_FILE)).ino;
  }

  /** The run that the database here should know; null when the folder was moved, or the file is another than then. */
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
    const startMs = performance.now();
    if (bytes > 0) log.info({ bytes }, 'checking the database');
    await checkInThread({ path: this.database, lastRun: this.#lastRun() });
    const ms = Math.round(performance.now() - startMs);
    if (bytes > 0) log.info({ bytes, ms }, 'database checked');
  }

  /** Nobody has written to the database since it was closed. */
  #isAsLeft(): boolean {
    const last = readState(this.path);
    if (last === null || !('stopped' in last) || sizeOf(`${this.database}-wal`) > 0) return false;
    const found = statSync(this.database, { throwIfNoEntry: false });
    return found?.size === last.stopped.size && found.mtimeMs === last.stopped.mtimeMs;
  }

  /** So that the database file is all there is. A thread that ended a moment ago may still have it open. */
  #emptyLog(): void {
    try {
      const sqlite = openSqlite(this.database, { busyTimeoutMs: CLOSE_TIMEOUT_MS });
      try {
        sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        sqlite.close();
      }
    } catch {
      // Everything is in the log, and the next start checks it.
    }
  }

  /** Of a process that did not stop cleanly, in this very folder. */
  #lastRun(): LastRun | null {
    const last = readState(this.path);
    const isMoved = last === null || !('pid' in last) || last.lockInode !== this.#lockInode;
    if (isMoved) return null;
    return { database: last.database, aliveAtMs: statSync(join(this.path, STATE_FILE)).mtimeMs };
  }

  /** Without it the next start only takes longer: a full disk keeps nobody from starting. */
  #write(next: State): void {
    const file = join(this.path, STATE_FILE);
    try {
      rmSync(file, { force: true });
      writeFileSync(`${file}.new`, JSON.stringify(next), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // The database is checked at the next start.
    }
  }
}

/** @throws StartupProblem or DatabaseError */
async function checkInThread(workerData: DatabaseCheckData): Promise<void> {
  const worker = new Worker(new URL('./database-check-worker.js', import.meta.url), {
    workerData,
    name: 'database check',
  });
  const [result] = (await once(worker, 'message')) as [DatabaseCheckResult];
  await worker.terminate();
  if (result.kind === 'problem') throw new StartupError(result.sentence);
  if (result.kind === 'failed') throw new DatabaseError(result.failure, result.detail);
}

/** @throws StartupProblem that names the holder. */
function lockFolder(path: string): Sqlite {
  try {
    return translated(() => {
      const lock = new DatabaseSync(join(path, LOCK_FILE), { timeout: 0 });
      try {
        lock.exec('BEGIN EXCLUSIVE');
      } catch (error) {
        lock.close();
        throw error;
      }
      return lock;
    });
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.failure !== 'busy') throw error;
    throw new StartupError(
      `DATA_DIR "${path}" is in use by ${holderOf(path)}. Stop that server, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
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
