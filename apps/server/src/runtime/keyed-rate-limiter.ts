/** One token bucket for each key: a user or an address. The keys used least recently are forgotten. */
import { LRUCache } from 'lru-cache';
import { MAX_TRACKED_CALLERS, SHARED_LIMITS } from '../limits.ts';
import type { Clock } from './clock.ts';
import { TokenBucket } from './token-bucket.ts';

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export interface KeyedRateLimiterOptions {
  readonly rate: Rate;
  readonly clock: Clock;
  readonly maxKeys?: number;
  readonly onRefused?: () => void;
}

interface Entry {
  readonly bucket: TokenBucket;
  /** Taken since the listener was told, and not refilled since. */
  unreported: number;
}

export class KeyedRateLimiter {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #onRefused: () => void;
  readonly #entries: LRUCache<string, Entry>;
  #onTaken: ((key: string, amount: number) => void) | null = null;

  constructor({
    rate,
    clock,
    maxKeys = MAX_TRACKED_CALLERS,
    onRefused = () => {},
  }: KeyedRateLimiterOptions) {
    this.#entries = new LRUCache({ max: maxKeys });
    this.#rate = rate;
    this.#clock = clock;
    this.#onRefused = onRefused;
  }

  /** Sets the one listener, which is told about a key once a tenth of its burst was taken: LI4. */
  onTaken(listener: (key: string, amount: number) => void): void {
    this.#onTaken = listener;
  }

  has(key: string, amount = 1): boolean {
    const entry = this.#entries.get(key);
    return entry === undefined
      ? amount <= this.#rate.burst
      : entry.bucket.has(amount, this.#clock.monotonicMs());
  }

  tryTake(key: string, amount = 1): boolean {
    const nowMs = this.#clock.monotonicMs();
    const entry = this.#entry(key, nowMs);
    if (this.#onTaken !== null && entry.bucket.isFull(nowMs)) entry.unreported = 0;
    const isTaken = entry.bucket.take(amount, nowMs);
    if (isTaken) this.#report(key, entry, amount);
    else this.#onRefused();
    return isTaken;
  }

  /** Takes what was given already, also when there is not so much: at most another burst is owed. */
  charge(key: string, amount: number): void {
    const nowMs = this.#clock.monotonicMs();
    const entry = this.#entry(key, nowMs);
    entry.bucket.charge(amount, nowMs);
    this.#report(key, entry, amount);
  }

  /** Takes back what `tryTake` has given, here and on other nodes. */
  refund(key: string, amount = 1): void {
    const nowMs = this.#clock.monotonicMs();
    const entry = this.#entry(key, nowMs);
    entry.bucket.refund(amount, nowMs);
    this.#report(key, entry, -amount);
  }

  /** Another node has given so many: LI4. Less than none were given back. */
  takenElsewhere(key: string, amount: number): void {
    const nowMs = this.#clock.monotonicMs();
    const { bucket } = this.#entry(key, nowMs);
    if (amount < 0) bucket.refund(-amount, nowMs);
    else bucket.charge(amount, nowMs);
  }

  #report(key: string, entry: Entry, amount: number): void {
    if (this.#onTaken === null) return;
    entry.unreported += amount;
    if (Math.abs(entry.unreported) < this.#rate.burst * SHARED_LIMITS.reportedShare) return;
    this.#onTaken(key, entry.unreported);
    entry.unreported = 0;
  }

  #entry(key: string, nowMs: number): Entry {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { bucket: new TokenBucket({ ...this.#rate, nowMs }), unreported: 0 };
      this.#entries.set(key, entry);
    }
    return entry;
  }
}
