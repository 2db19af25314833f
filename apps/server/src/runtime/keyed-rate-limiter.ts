/** How often somebody may do a thing: a bucket for each, of as many as are remembered. */
import { TokenBucket } from './token-bucket.ts';
import { MAX_TRACKED_CALLERS } from '../limits.ts';

export class KeyedRateLimiter {
  readonly #rate: { readonly atOnce: number; readonly perSecond: number };
  readonly #onRefused: () => void;
  /** Oldest first. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(
    rate: { readonly atOnce: number; readonly perSecond: number },
    onRefused: () => void = () => {},
  ) {
    this.#rate = rate;
    this.#onRefused = onRefused;
  }

  /** @param caller a user's id, or an address. */
  tryTake(caller: string, nowMs: number): boolean {
    let bucket = this.#buckets.get(caller);
    if (bucket === undefined) {
      const { atOnce, perSecond } = this.#rate;
      bucket = new TokenBucket({ perSecond, burst: atOnce, nowMs });
      this.#buckets.set(caller, bucket);
      const oldest =
        this.#buckets.size > MAX_TRACKED_CALLERS ? this.#buckets.keys().next().value : undefined;
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    const admitted = bucket.take(1, nowMs);
    if (!admitted) this.#onRefused();
    return admitted;
  }
}
