/**
 * Requests that wait for the server's next word. Without HTTP/2 a browser has six connections for an origin,
 * over all of its tabs: were each of them to keep one, the seventh would not even load. So a few tabs keep
 * one, and the others ask now and then.
 */
import { MAX_HELD_REQUESTS } from '@tandem/protocol';

export interface HeldRequest {
  release(): void;
}

export interface HeldRequests {
  /** The right to keep one request waiting; null when enough are. */
  take(): Promise<HeldRequest | null>;
}

/** For programs that have the network to themselves. */
export function unlimitedHeldRequests(): HeldRequests {
  return { take: async () => ({ release: () => undefined }) };
}

/** The tabs of a browser agree by its locks; a tab that is gone gives its lock back by that. */
export function browserHeldRequests(locks: LockManager): HeldRequests {
  return {
    take: async () => {
      for (let slot = 1; slot <= MAX_HELD_REQUESTS; slot++) {
        const held = await takeLock(locks, `tandem:held-request:${slot}`);
        if (held !== null) return held;
      }
      return null;
    },
  };
}

/** Where tabs cannot agree, none keeps one. */
export function noHeldRequests(): HeldRequests {
  return { take: async () => null };
}

async function takeLock(locks: LockManager, name: string): Promise<HeldRequest | null> {
  return await new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => resolve({ release }));
      })
      .catch(reject);
  });
}
