/**
 * One connection to a SQLite file, set up so that what is committed is on the disk: write-ahead log,
 * `synchronous=FULL`. Each thread has its own connection; whoever finds the file locked waits for
 * `BUSY_TIMEOUT_MS`. Whatever SQLite throws comes out as a `DatabaseError`.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { DatabaseError, type DatabaseFailure } from '../storage-error.ts';

export type Sqlite = InstanceType<typeof DatabaseSync>;

export const BUSY_TIMEOUT_MS = 5_000;
/** The write-ahead log is cut back to this after a checkpoint. */
const MAX_IDLE_LOG_BYTES = 64 * 1024 * 1024;
/** So long a log, and the commit that made it so does what the checkpointer has not done, while all others wait. */
const MAX_LOG_PAGES = 16_384;

/**
 * Opens a file, or makes it.
 *
 * @throws DatabaseError `not-a-database`, `cannot-open`, `busy`, `full` or `failed`.
 */
export function openSqlite(
  path: string,
  options: { readonly busyTimeoutMs?: number } = {},
): Sqlite {
  return translated(() => {
    const sqlite = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
    try {
      sqlite.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA journal_size_limit = ${MAX_IDLE_LOG_BYTES}; PRAGMA wal_autocheckpoint = ${MAX_LOG_PAGES}`,
      );
    } catch (error) {
      sqlite.close();
      throw error;
    }
    return sqlite;
  });
}

/**
 * Runs `work` in a transaction that takes the write lock at once, so that it never fails half way
 * for want of it.
 *
 * @throws DatabaseError; nothing of the transaction is written then.
 */
export function inTransaction<T>(sqlite: Sqlite, work: () => T): T {
  return translated(() => {
    sqlite.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      sqlite.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk has ended the transaction already.
      if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
      throw error;
    }
  });
}

/** @throws DatabaseError for every error of SQLite. */
export function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isSqliteError(error)
      ? new DatabaseError(FAILURES[error.sqliteCode & 0xff] ?? 'failed', error.message)
      : error;
  }
}

/** Primary result codes: https://sqlite.org/rescode.html */
const FAILURES: Readonly<Record<number, DatabaseFailure>> = {
  5: 'busy',
  6: 'busy',
  8: 'read-only',
  10: 'io',
  11: 'not-a-database',
  13: 'full',
  14: 'cannot-open',
  26: 'not-a-database',
};

function isSqliteError(error: unknown): error is Error & { readonly sqliteCode: number } {
  return error instanceof Error && 'sqliteCode' in error && typeof error.sqliteCode === 'number';
}
