/** The browser's locks, which its tabs share. One that is held goes with its tab. */
import type { Clock } from '../environment.ts';
import { answerWithin } from './answer-within.ts';

export type TabLocks = Pick<LockManager, 'request'>;

/** How long a tab may keep others waiting: one that is frozen keeps what it holds. */
export const LOCK_TIMEOUT_MS = 12_000;

type Release = () => void;

/** `undefined` where there are none: only a page that came over HTTPS, or from this machine, has locks. */
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
 * @returns the way to give it back; null when another tab has it
 * @throws where the browser refuses its locks, or does not answer in time
 */
export function takeLock(locks: TabLocks, name: string, clock: Clock): Promise<Release | null> {
  return answerWithin(() => request(locks, name, { ifAvailable: true }), {
    clock,
    onLate: (release) => release?.(),
  });
}

/** Waits for its turn. Gives the way on also where the browser has no answer, or another tab does not give it back. */
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
