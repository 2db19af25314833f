/** Converts errors of Postgres and of the connection to it to `StorageError`. */
import { DatabaseError } from 'pg';
import { StorageError, type StorageFailure } from '../storage-error.ts';

type PostgresFailure = keyof typeof FAILURES;

const FAILURES = {
  unreachable: {
    message:
      'The database server does not answer. Nothing that was saved is lost. Check that it runs, and that DATABASE_URL is right.',
    retryable: true,
    damaged: false,
  },
  'access-denied': {
    message:
      'The database server refuses the user or the database of DATABASE_URL. Check its name, password and permissions.',
    retryable: true,
    damaged: false,
  },
  'read-only': {
    message:
      'The database accepts no changes: it is a standby, or is set to read-only. DATABASE_URL must lead to the primary.',
    retryable: true,
    damaged: false,
  },
  full: {
    message: 'The database server has no space or no memory left. Nothing that was saved is lost.',
    retryable: true,
    damaged: false,
  },
  busy: {
    message: 'The database is busy with other changes.',
    retryable: true,
    damaged: false,
  },
  damaged: {
    message: 'The database server reports damaged data. Nothing was written.',
    retryable: true,
    damaged: true,
  },
  'request-failed': {
    message: 'The database could not carry out a request.',
    retryable: false,
    damaged: false,
  },
} as const satisfies Readonly<Record<string, StorageFailure>>;

/** Error codes and their classes, the first two characters: Postgres, appendix A. */
const CODES: Readonly<Record<string, PostgresFailure>> = {
  '08': 'unreachable',
  '25006': 'read-only',
  '28': 'access-denied',
  '3D000': 'access-denied',
  '40': 'busy',
  '42501': 'access-denied',
  '53': 'full',
  '55P03': 'busy',
  '57': 'unreachable',
  '58': 'full',
  XX001: 'damaged',
  XX002: 'damaged',
};

export function postgresError(failure: PostgresFailure, detail: string): StorageError {
  const { message, ...rest } = FAILURES[failure];
  return new StorageError({ message: `${message} (${detail})`, ...rest });
}

/** An error without a code comes from the connection: refused, reset, timed out, ended. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  if (error instanceof DatabaseError) {
    const code = error.code ?? '';
    return postgresError(
      CODES[code] ?? CODES[code.slice(0, 2)] ?? 'request-failed',
      `${code}: ${error.message}`,
    );
  }
  // Errors of Node's sockets that found several addresses have an empty message.
  return postgresError('unreachable', error.message || String((error as { code?: unknown }).code));
}

/** Whether the connection can be used after `error`. */
export function isUsableAfter(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR';
}
