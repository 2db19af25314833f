/**
 * "Answer within a limit, or go on without": the one home of that rule. A browser's storage, its locks and its
 * service worker answer in milliseconds, or not at all: a profile on a dead disk, another tab that holds a database
 * open, a broken extension.
 */
import type { Clock } from '../environment.ts';

/** How long somebody may have to wait for this device. */
const STORAGE_TIMEOUT_MS = 3_000;

/**
 * A page that slept, was frozen or was busy has not waited meanwhile: its timers are due at once when it goes on, and
 * the answer stands behind them. So the limit is counted in pieces, each of which begins when the last one was seen.
 */
const PIECE_MS = 500;

/** Nothing has come in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

export interface AnswerOptions<T> {
  readonly clock: Clock;
  readonly limitMs?: number;
  /** Gets an answer that came after the limit: to give back what nobody uses any more. */
  readonly onLate?: (answer: T) => void;
}

/**
 * Asks at once. What `ask` throws is a rejection.
 *
 * @throws NoAnswerError when the limit is over
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

/** Calls `overdue` once, unless `answer` is settled before the limit. */
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

/** Calls `ask` now. */
export function startNow<T>(ask: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => resolve(ask()));
}
