/**
 * "Answer within a limit, or go on without". A browser's storage, locks and service worker answer
 * in milliseconds or not at all: a profile on a dead disk, another tab that holds a database open,
 * a broken extension.
 */
import type { Clock } from '../environment.ts';

/** The longest wait that a person has to accept from this device. */
const STORAGE_TIMEOUT_MS = 3_000;

/**
 * A page that slept, was frozen or was busy has not been waiting: on resume its timers are due at
 * once, ahead of the answer. So the limit is counted in pieces: each begins when the one before
 * has run.
 */
const PIECE_MS = 500;

export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

export interface AnswerOptions<T> {
  readonly clock: Clock;
  readonly limitMs?: number;
  readonly onLate?: (answer: T) => void;
}

/**
 * Starts at once. An exception of `ask` becomes a rejection.
 *
 * @throws NoAnswerError after the limit
 */
export function answerWithin<T>(
  ask: () => Promise<T>,
  { clock, limitMs, onLate }: AnswerOptions<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const answer = startNow(ask);
    let isLate = false;
    onOverdue(answer, { clock, ...(limitMs === undefined ? {} : { limitMs }) }, () => {
      isLate = true;
      reject(new NoAnswerError('The device did not answer in time.'));
    });
    answer.then((given) => (isLate ? onLate?.(given) : resolve(given)), reject);
  });
}

export function onOverdue(
  answer: Promise<unknown>,
  { clock, limitMs = STORAGE_TIMEOUT_MS }: Pick<AnswerOptions<never>, 'clock' | 'limitMs'>,
  overdue: () => void,
): void {
  let left = limitMs;
  let timer: unknown = null;
  const wait = () => {
    if (left <= 0) return overdue();
    const piece = Math.min(left, PIECE_MS);
    left -= piece;
    timer = clock.setTimeout(wait, piece);
  };
  const stop = () => clock.clearTimeout(timer);
  wait();
  answer.then(stop, stop);
}

export function startNow<T>(ask: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => resolve(ask()));
}
