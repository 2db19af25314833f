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
  'too-long': {
    message: 'The database ended a request that took too long.',
    retryable: true,
    damaged: false,
    isTooLong: true,
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
  // The server ended a transaction that paused for too long: see `LIMITS_OF_TRANSACTION`.
  '25P03': 'unreachable',
  '28': 'access-denied',
  '3D000': 'access-denied',
  '40': 'busy',
  '42501': 'access-denied',
  '53': 'full',
  '55P03': 'busy',
  '57': 'unreachable',
  '57014': 'too-long',
  '58': 'full',
  XX001: 'damaged',
  XX002: 'damaged',
};

export class PostgresError extends StorageError {
  /** The connection cannot be used any more, and what happened to the last request is unknown. */
  readonly isConnectionLost: boolean;
  readonly failure: PostgresFailure;

  constructor(failure: PostgresFailure, detail: string, isConnectionLost: boolean) {
    const { message, ...rest } = FAILURES[failure];
    super({ message: `${message} (${detail})`, ...rest });
    this.isConnectionLost = isConnectionLost;
    this.failure = failure;
  }
}

/** @param error of `pg`; one without a code comes from the connection: refused, reset, timed out, ended. */
export function toPostgresError(error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  if (error instanceof DatabaseError) {
    const code = error.code ?? '';
    const failure = CODES[code] ?? CODES[code.slice(0, 2)] ?? 'request-failed';
    // A primary that became a standby keeps its connections, and never becomes one again.
    const isLost = error.severity !== 'ERROR' || failure === 'read-only';
    return new PostgresError(failure, `${code}: ${error.message}`, isLost);
  }
  // Errors of sockets that tried several addresses have no message.
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  return new PostgresError('unreachable', message || String(code), true);
}
