/**
 * One connection to a SQLite file, configured so that a commit is on the disk: write-ahead log and
 * `synchronous=FULL`. Each thread has its own connection and waits up to `BUSY_TIMEOUT_MS` for a lock.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { mapSqliteErrors } from './sqlite-error.ts';

export type Sqlite = InstanceType<typeof DatabaseSync>;

export const BUSY_TIMEOUT_MS = 5_000;
/** A checkpoint truncates the write-ahead log to this size. */
const MAX_IDLE_LOG_BYTES = 64 * 1024 * 1024;
/** At this size the committing connection checkpoints inline, which blocks other writers. */
const MAX_LOG_PAGES = 16_384;

/** @throws StorageError */
export function openSqlite(
  path: string,
  options: { readonly busyTimeoutMs?: number } = {},
): Sqlite {
  return mapSqliteErrors(() => {
    // `FAST` overwrites deleted words where that costs no further write.
    const sqlite = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
    try {
      sqlite.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
         PRAGMA secure_delete = FAST; PRAGMA journal_size_limit = ${MAX_IDLE_LOG_BYTES}; PRAGMA wal_autocheckpoint = ${MAX_LOG_PAGES}`,
      );
    } catch (error) {
      sqlite.close();
      throw error;
    }
    return sqlite;
  });
}

/**
 * Runs `work` in a transaction that takes SQLite's write lock at its start, so that the transaction
 * never fails midway for lack of the lock.
 *
 * @throws StorageError; then nothing of the transaction is written.
 */
export function inTransaction<T>(sqlite: Sqlite, work: () => T): T {
  return mapSqliteErrors(() => {
    sqlite.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      sqlite.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite ends the transaction itself when the disk is full.
      if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Overwrites what `work` deletes, in a transaction: SQLite leaves it in the file otherwise, and so in backups (PO4). */
export function erasing<T>(sqlite: Sqlite, work: () => T): T {
  sqlite.exec('PRAGMA secure_delete = ON');
  try {
    return work();
  } finally {
    sqlite.exec('PRAGMA secure_delete = FAST');
  }
}

/**
 * All reads of `work` see one state: a compaction between them would tear it.
 *
 * @throws StorageError
 */
export function inReadTransaction<T>(sqlite: Sqlite, work: () => T): T {
  return mapSqliteErrors(() => {
    sqlite.exec('BEGIN');
    try {
      return work();
    } finally {
      sqlite.exec('COMMIT');
    }
  });
}
