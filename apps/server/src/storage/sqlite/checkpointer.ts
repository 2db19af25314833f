/**
 * Moves committed pages from the write-ahead log into the database file, in a thread that no request
 * waits for. Otherwise SQLite checkpoints inside some commits, while all writers wait.
 */
import { StorageError } from '../storage-error.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';
import { mapSqliteErrors } from './sqlite-error.ts';
import type { SharedWriteLock } from './write-lock.ts';

const CHECKPOINT_INTERVAL_MS = 100;
const WRITES_PER_CHECKPOINT = 250;
/** At this size (32 MiB) the checkpointer holds writers back so that the log restarts from its beginning. */
const LONG_LOG_PAGES = 8_192;

export class Checkpointer implements Disposable {
  readonly #sqlite: Sqlite;
  readonly #checkpoint: ReturnType<Sqlite['prepare']>;
  readonly #lock: SharedWriteLock;
  #timer: NodeJS.Timeout | null = null;

  /** @throws StorageError */
  constructor(path: string, lock: SharedWriteLock) {
    this.#sqlite = openSqlite(path);
    // A passive checkpoint does not block writers.
    this.#checkpoint = this.#sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#lock = lock;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.checkpointIfDue(), CHECKPOINT_INTERVAL_MS).unref();
  }

  checkpointIfDue(): void {
    if (this.#lock.releases < WRITES_PER_CHECKPOINT) return;
    this.#lock.resetReleases();
    try {
      const pages = this.#run();
      // SQLite restarts the log only once all of it is in the file, which never happens under continuous writes.
      if (pages >= LONG_LOG_PAGES) this.#lock.run(() => this.#run());
    } catch (error) {
      // On a full disk the log still has all commits, and the next writer reports the failure.
      if (!(error instanceof StorageError)) throw error;
    }
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#sqlite.close();
  }

  #run(): number {
    return mapSqliteErrors(() => {
      const { log } = this.#checkpoint.get() as { readonly log: number };
      return log;
    });
  }
}
