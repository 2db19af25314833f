/** Passwords are hashed a few at a time: the answer to one that finds no place. */
import { PasswordsBusy } from '../accounts/password-hash.ts';
import { ApiError } from '../http/api-error.ts';

const BUSY_RETRY_MS = 10_000;

/** @throws ApiError */
export async function inTurn<T>(hashing: Promise<T>): Promise<T> {
  try {
    return await hashing;
  } catch (error) {
    if (!(error instanceof PasswordsBusy)) throw error;
    throw new ApiError('overloaded', {
      detail: 'Many passwords are being checked. Nothing is lost. Try again in a few seconds.',
      retryAfterMs: BUSY_RETRY_MS,
    });
  }
}
