/** Converts errors of SQLite to `StorageError`. */
import { StorageError, type StorageFailure } from '../storage-error.ts';

export type SqliteFailure = keyof typeof FAILURES;

const FAILURES = {
  damaged: {
    message:
      'The database file is damaged or is not a SQLite database. It was not touched. Put a backup in its place, or move it away.',
    retryable: true,
    damaged: true,
  },
  'cannot-open': {
    message:
      'The database file cannot be opened. Check that DATA_DIR exists and may be written to.',
    retryable: true,
    damaged: false,
  },
  'read-only': {
    message: 'The database file may not be written to. Check the permissions of DATA_DIR.',
    retryable: true,
    damaged: false,
  },
  full: {
    message: 'The disk with the database is full. Nothing that was saved is lost; free some space.',
    retryable: true,
    damaged: false,
  },
  busy: {
    message: 'Another process holds the database. Check that only one server uses DATA_DIR.',
    retryable: true,
    damaged: false,
  },
  io: {
    message: 'The disk with the database reports an error.',
    retryable: true,
    damaged: false,
  },
  'request-failed': {
    message: 'The database could not carry out a request.',
    retryable: false,
    damaged: false,
  },
} as const satisfies Readonly<Record<string, StorageFailure>>;

/** Primary result codes: https://sqlite.org/rescode.html */
const RESULT_CODES: Readonly<Record<number, SqliteFailure>> = {
  5: 'busy',
  6: 'busy',
  8: 'read-only',
  10: 'io',
  11: 'damaged',
  13: 'full',
  14: 'cannot-open',
  26: 'damaged',
};

export function sqliteError(failure: SqliteFailure, detail: string): StorageError {
  const { message, ...rest } = FAILURES[failure];
  return new StorageError({ message: `${message} (${detail})`, ...rest });
}

export function sqliteFailureOf(error: unknown): SqliteFailure | null {
  if (!(error instanceof Error) || !('sqliteCode' in error)) return null;
  if (typeof error.sqliteCode !== 'number') return null;
  return RESULT_CODES[error.sqliteCode & 0xff] ?? 'request-failed';
}

/** @throws StorageError in place of every error of SQLite. */
export function mapSqliteErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const failure = sqliteFailureOf(error);
    throw failure === null ? error : sqliteError(failure, (error as Error).message);
  }
}
