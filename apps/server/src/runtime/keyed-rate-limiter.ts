/** One token bucket for each key: a user or an address. The keys used least recently are forgotten. */
import { LRUCache } from 'lru-cache';
import { MAX_TRACKED_CALLERS } from '../limits.ts';
import { TokenBucket } from './token-bucket.ts';

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export class KeyedRateLimiter {
  readonly #rate: Rate;
  readonly #onRefused: () => void;
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: MAX_TRACKED_CALLERS });

  constructor(rate: Rate, onRefused: () => void = () => {}) {
    this.#rate = rate;
    this.#onRefused = onRefused;
  }

  tryTake(key: string, nowMs: number): boolean {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket({ ...this.#rate, nowMs });
      this.#buckets.set(key, bucket);
    }
    const isTaken = bucket.take(1, nowMs);
    if (!isTaken) this.#onRefused();
    return isTaken;
  }
}
