/** How many guests one address may make: enough for a classroom, too few to fill a disk. */
import { TokenBucket } from '../gateway/token-bucket.ts';
import { GUESTS_AT_ONCE, GUESTS_PER_SECOND, MAX_REMEMBERED_ADDRESSES } from '../limits.ts';

export class GuestGate {
  /** Oldest first. */
  readonly #buckets = new Map<string, TokenBucket>();

  /** @param address null: this machine, which is not counted. */
  admits(address: string | null, nowMs: number): boolean {
    if (address === null) return true;
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      bucket = new TokenBucket({ perSecond: GUESTS_PER_SECOND, burst: GUESTS_AT_ONCE, nowMs });
      this.#buckets.set(address, bucket);
      const oldest =
        this.#buckets.size > MAX_REMEMBERED_ADDRESSES
          ? this.#buckets.keys().next().value
          : undefined;
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take(1, nowMs);
  }
}
