/** Ids that a client gives: of commands, and of documents that a command creates. */
import { decodeTime, isValid, monotonicFactory, TIME_MAX } from 'ulid';
import type { Clock, Random } from '../environment.ts';

export interface CommandIds {
  /** Greater than the one before, even when the clock is set back. */
  next(): string;
  /** What comes next is greater than this id of another page or of an earlier visit. */
  follow(id: string): void;
}

/** A source of ULIDs, which sort by time of creation. */
export function commandIds(clock: Clock, random: Random): CommandIds {
  const make = monotonicFactory(() => random.next());
  let earliest = 0;
  return {
    next: () => make(Math.max(clock.now(), earliest)),
    follow(id) {
      if (isValid(id)) earliest = Math.max(earliest, Math.min(decodeTime(id) + 1, TIME_MAX));
    },
  };
}

/** Returns 132 random bits, so that links cannot be guessed. */
export function newDocumentId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const bytes = crypto.getRandomValues(new Uint8Array(22));
  return Array.from(bytes, (byte) => letters[byte & 63]).join('');
}
