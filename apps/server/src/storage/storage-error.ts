/** A failure of storage, with a message for the operator of the server. */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import type { ErrorTransfer } from '../runtime/worker-supervisor.ts';

export interface StorageFailure {
  readonly message: string;
  /** Storage is at fault (full, busy, unreachable): the same request may succeed later. */
  readonly retryable: boolean;
  readonly damaged: boolean;
}

export class StorageError extends Error implements StorageFailure {
  readonly retryable: boolean;
  readonly damaged: boolean;

  constructor({ message, retryable, damaged }: StorageFailure) {
    super(message);
    this.name = 'StorageError';
    this.retryable = retryable;
    this.damaged = damaged;
  }

  /** Plain data, because structured cloning between threads loses the class. */
  toFailure(): StorageFailure {
    const { message, retryable, damaged } = this;
    return { message, retryable, damaged };
  }
}

export function isRetryable(error: unknown): error is StorageError {
  return error instanceof StorageError && error.retryable;
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
