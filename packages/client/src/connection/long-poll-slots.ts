/**
 * Requests that wait for the server's next word. Without HTTP/2 a browser has six connections for an origin,
 * over all of its tabs: were each of them to keep one, the seventh would not even load. So a few tabs keep
 * one, and the others ask now and then.
 */
import { MAX_LONG_POLLS } from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import { takeLock, type TabLocks } from '../store/tab-lock.ts';

export interface LongPollSlot {
  release(): void;
}

export interface LongPollSlots {
  /** The right to keep one request waiting; null when enough are. */
  take(): Promise<LongPollSlot | null>;
}

/** The tabs of a browser agree by its locks. Where those are refused, or do not answer, no tab keeps one. */
export function browserLongPollSlots(locks: TabLocks, clock: Clock): LongPollSlots {
  return {
    take: async () => {
      try {
        for (let slot = 1; slot <= MAX_LONG_POLLS; slot++) {
          const release = await takeLock(locks, `tandem:held-request:${slot}`, clock);
          if (release !== null) return { release };
        }
      } catch {
        // As if enough were kept.
      }
      return null;
    },
  };
}

/** Where tabs cannot agree, none keeps one. */
export function noLongPollSlots(): LongPollSlots {
  return { take: async () => null };
}
