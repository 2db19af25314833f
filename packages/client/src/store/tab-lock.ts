/** Browser locks, shared by tabs. A lock is released when its tab closes. */
import type { Clock } from '../environment.ts';
import { answerWithin } from './answer-within.ts';

export type TabLocks = Pick<LockManager, 'request'>;

/** The longest wait for another tab: a frozen tab keeps its locks. */
export const LOCK_TIMEOUT_MS = 12_000;

type Release = () => void;

/** `undefined` in an insecure context: locks need HTTPS or localhost. */
export function browserLocks(): TabLocks | undefined {
  try {
    return navigator.locks;
  } catch {
    return undefined;
  }
}

/**
 * Takes the lock if it is free.
 *
 * @returns a function that releases the lock; null when another tab has it
 * @throws where the browser refuses locks, or does not answer in time
 */
export function takeLock(locks: TabLocks, name: string, clock: Clock): Promise<Release | null> {
  return answerWithin(() => request(locks, name, { ifAvailable: true }), {
    clock,
    onLate: (release) => release?.(),
  });
}

/**
 * Waits for the lock, but proceeds when the browser does not answer or another tab does not release
 * it.
 */
export async function waitForLock(locks: TabLocks, name: string, clock: Clock): Promise<Release> {
  try {
    const taken = await takeLock(locks, name, clock);
    if (taken !== null) return taken;
    const given = await answerWithin(() => request(locks, name, {}), {
      clock,
      limitMs: LOCK_TIMEOUT_MS,
      onLate: (release) => release?.(),
    });
    return given ?? nothing;
  } catch {
    return nothing;
  }
}

function nothing(): void {}

function request(locks: TabLocks, name: string, options: LockOptions): Promise<Release | null> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, options, (lock) => {
        if (lock === null) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}
