/** Why the database did not do it, in words for the person who runs the server. */
import type { ErrorTransfer } from '../runtime/worker-supervisor.ts';

export type DatabaseFailure = keyof typeof SENTENCES;

const SENTENCES = {
  'not-a-database':
    'The database file is damaged or is not a SQLite database. It was not touched. Put a backup in its place, or move it away.',
  'cannot-open':
    'The database file cannot be opened. Check that DATA_DIR exists and may be written to.',
  'read-only': 'The database file may not be written to. Check the permissions of DATA_DIR.',
  full: 'The disk with the database is full. Nothing that was saved is lost; free some space.',
  busy: 'Another process holds the database. Check that only one server uses DATA_DIR.',
  io: 'The disk with the database reports an error.',
  failed: 'The database could not carry out a request.',
} as const;

export class DatabaseError extends Error {
  readonly failure: DatabaseFailure;
  /** What the database itself said. */
  readonly detail: string;

  constructor(failure: DatabaseFailure, detail: string) {
    super(`${SENTENCES[failure]} (${detail})`);
    this.name = 'DatabaseError';
    this.failure = failure;
    this.detail = detail;
  }
}

export const databaseErrors: ErrorTransfer = {
  toData: (error) =>
    error instanceof DatabaseError ? { failure: error.failure, detail: error.detail } : null,
  fromData(data) {
    const { failure, detail } = data as Pick<DatabaseError, 'failure' | 'detail'>;
    return new DatabaseError(failure, detail);
  },
};
