/** A failure of storage, with a message for the operator of the server. */
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

export const storageErrors: ErrorTransfer = {
  toData: (error) => (error instanceof StorageError ? error.toFailure() : null),
  fromData: (data) => new StorageError(data as StorageFailure),
};
