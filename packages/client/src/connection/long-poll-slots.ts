/**
 * Slots for long polls. A browser has six connections per origin over all tabs without HTTP/2: if
 * each tab held one, the seventh tab could not even load. So a few tabs hold one, and the others
 * poll at intervals.
 */
import { MAX_LONG_POLLS } from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import { takeLock, type TabLocks } from '../store/tab-lock.ts';

export interface LongPollSlot {
  release(): void;
}

export interface LongPollSlots {
  /** Takes the right to hold one request open; null when all slots are taken. */
  take(): Promise<LongPollSlot | null>;
}

export function browserLongPollSlots(locks: TabLocks, clock: Clock): LongPollSlots {
  return {
    take: async () => {
      try {
        for (let slot = 1; slot <= MAX_LONG_POLLS; slot++) {
          const release = await takeLock(locks, `tandem:held-request:${slot}`, clock);
          if (release !== null) return { release };
        }
      } catch {
        // Treated as if all slots were taken.
      }
      return null;
    },
  };
}

export function noLongPollSlots(): LongPollSlots {
  return { take: async () => null };
}
