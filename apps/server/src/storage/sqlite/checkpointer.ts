/**
 * Brings what the write-ahead log has into the database file, in a thread that nobody waits for. SQLite would
 * have every so many hundredth commit do it, and all writers wait for that one.
 */
import { DatabaseError } from '../storage-error.ts';
import { openSqlite, translated, type Sqlite } from './sqlite.ts';
import type { SharedWriteLock } from './write-lock.ts';

const CHECKPOINT_INTERVAL_MS = 100;
/** Times that somebody wrote, each a few pages. */
const WRITES_PER_CHECKPOINT = 250;
/** From here on, the log is to begin anew: 32 MiB. */
const LONG_LOG_PAGES = 8_192;

export class Checkpointer implements Disposable {
  readonly #sqlite: Sqlite;
  readonly #checkpoint: ReturnType<Sqlite['prepare']>;
  readonly #lock: SharedWriteLock;
  #timer: NodeJS.Timeout | null = null;

  /** @throws DatabaseError */
  constructor(path: string, lock: SharedWriteLock) {
    this.#sqlite = openSqlite(path);
    // Writers go on meanwhile.
    this.#checkpoint = this.#sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#lock = lock;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.look(), CHECKPOINT_INTERVAL_MS).unref();
  }

  /** Does what there is to do. */
  look(): void {
    if (this.#lock.turns < WRITES_PER_CHECKPOINT) return;
    this.#lock.turns = 0;
    try {
      const pages = this.#run();
      // It does so when all of it is in the file, which is never so while somebody adds to it.
      if (pages >= LONG_LOG_PAGES) this.#lock.hold(() => this.#run());
    } catch (error) {
      // A full disk has all of it in the log still; those who write will say so.
      if (!(error instanceof DatabaseError)) throw error;
    }
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#sqlite.close();
  }

  /** @returns how long the log is, in pages. */
  #run(): number {
    return translated(() => {
      const { log } = this.#checkpoint.get() as { readonly log: number };
      return log;
    });
  }
}
