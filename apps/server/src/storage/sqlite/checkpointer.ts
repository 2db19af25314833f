/**
 * Moves committed pages from the write-ahead log into the database file, in a thread that no request
 * waits for. Otherwise SQLite checkpoints inside some commits, while all writers wait.
 */
import { StorageError } from '../storage-error.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';
import { mapSqliteErrors } from './sqlite-error.ts';
import { RELEASES_PER_CHECKPOINT, type SharedWriteLock } from './write-lock.ts';

/** At this size (32 MiB) the checkpointer holds writers back so that the log restarts from its beginning. */
const LONG_LOG_PAGES = 8_192;
/**
 * Each round has less to copy, until nothing is committed during one: SQLite then syncs the file, which takes
 * tens of milliseconds and would otherwise take them while the writers are held back.
 */
const CATCH_UP_ROUNDS = 4;

export class Checkpointer implements Disposable {
  readonly #sqlite: Sqlite;
  readonly #checkpoint: ReturnType<Sqlite['prepare']>;
  readonly #lock: SharedWriteLock;

  /** @throws StorageError */
  constructor(path: string, lock: SharedWriteLock) {
    this.#sqlite = openSqlite(path);
    // A passive checkpoint does not block writers.
    this.#checkpoint = this.#sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#lock = lock;
  }

  checkpointIfDue(): void {
    if (this.#lock.releases < RELEASES_PER_CHECKPOINT) return;
    this.#lock.resetReleases();
    try {
      const pages = this.#checkpointLog();
      // SQLite restarts the log only once all of it is in the file, which never happens under continuous writes.
      if (pages >= LONG_LOG_PAGES) {
        for (let i = 0; i < CATCH_UP_ROUNDS; i++) this.#checkpointLog();
        this.#lock.run(() => this.#checkpointLog());
      }
    } catch (error) {
      // On a full disk the log still has all commits, and the next writer reports the failure.
      if (!(error instanceof StorageError)) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }

  /** @returns the length of the log in pages. */
  #checkpointLog(): number {
    return mapSqliteErrors(() => {
      const { log } = this.#checkpoint.get() as { readonly log: number };
      return log;
    });
  }
}
