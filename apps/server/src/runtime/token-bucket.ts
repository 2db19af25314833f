/** A rate limit: `burst` at once, `perSecond` in the long run. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMs: number;

  constructor({
    perSecond,
    burst,
    nowMs,
  }: {
    readonly perSecond: number;
    readonly burst: number;
    readonly nowMs: number;
  }) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAtMs = nowMs;
  }

  /** A full bucket may be dropped: a new one behaves the same. */
  isFull(nowMs: number): boolean {
    return this.has(this.#burst, nowMs);
  }

  has(amount: number, nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= amount;
  }

  /** @returns false when there are fewer tokens than `amount`; then none are taken. */
  take(amount: number, nowMs: number): boolean {
    if (!this.has(amount, nowMs)) return false;
    this.#tokens -= amount;
    return true;
  }

  /** Takes tokens that are given away already, even those that are not there yet: at most another `burst` of them. */
  charge(amount: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#tokens = Math.max(-this.#burst, this.#tokens - amount);
  }

  /** What was taken for nothing: never more than `burst`. */
  refund(amount: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + amount);
  }

  #fill(nowMs: number): void {
    const grown = (Math.max(0, nowMs - this.#filledAtMs) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + grown);
    this.#filledAtMs = nowMs;
  }
}
