/** A failure of storage, with a message for the operator of the server. */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import type { ErrorTransfer } from '../runtime/worker-supervisor.ts';

export interface StorageFailure {
  readonly message: string;
  /** Storage is at fault (full, busy, unreachable): the same request may succeed later. */
  readonly retryable: boolean;
  readonly damaged: boolean;
  /** Storage works, but ended this request, which may be too large to ever succeed. */
  readonly isTooLong?: boolean | undefined;
}

export class StorageError extends Error implements StorageFailure {
  readonly retryable: boolean;
  readonly damaged: boolean;
  readonly isTooLong: boolean;

  constructor({ message, retryable, damaged, isTooLong = false }: StorageFailure) {
    super(message);
    this.name = 'StorageError';
    this.retryable = retryable;
    this.damaged = damaged;
    this.isTooLong = isTooLong;
  }

  /** Plain data, because structured cloning between threads loses the class. */
  toFailure(): StorageFailure {
    const { message, retryable, damaged, isTooLong } = this;
    return { message, retryable, damaged, isTooLong };
  }
}

export function isRetryable(error: unknown): error is StorageError {
  return error instanceof StorageError && error.retryable;
}

/** Repeating the whole transaction would not help the one request in it that takes too long. */
export function isTooLong(error: unknown): error is StorageError {
  return error instanceof StorageError && error.isTooLong;
}

/** Storing neither fails nor ends, or its worker is overloaded (W44). */
export const UNANSWERED: ErrorBody = errorOf('storage-failed', {
  detail:
    'The server has stored nothing for several seconds: its disk does not answer, or it is very busy. Your text is kept on this device and will be stored as soon as possible.',
});

export const storageErrors: ErrorTransfer = {
  toData: (error) => (error instanceof StorageError ? error.toFailure() : null),
  fromData: (data) => new StorageError(data as StorageFailure),
};
