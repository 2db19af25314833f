/** Ids that a client gives: of commands, and of documents that a command creates. */
import { monotonicFactory } from 'ulid';
import type { Clock, Random } from '../environment.ts';

/**
 * Returns a source of ULIDs, which sort by time of creation: each is greater than the one before,
 * even when the clock is set back.
 */
export function commandIds(clock: Clock, random: Random): () => string {
  const next = monotonicFactory(() => random.next());
  return () => next(clock.now());
}

/** Returns 132 random bits, so that links cannot be guessed. */
export function newDocumentId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const bytes = crypto.getRandomValues(new Uint8Array(22));
  return Array.from(bytes, (byte) => letters[byte & 63]).join('');
}
