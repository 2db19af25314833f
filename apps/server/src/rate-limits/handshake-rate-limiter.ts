/**
 * A new connection costs far more than a message. When everybody comes back at once, only so many are
 * taken in a second, so that those who are here already do not notice; some wait for their turn, in
 * order, and the rest are told when to come again.
 */
import { HANDSHAKE, TIMER_WHEEL } from '../limits.ts';
import { Deadline, type Expiring, type TimerWheel } from '../runtime/timer-wheel.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';

export class HandshakeRateLimiter implements Expiring, Disposable {
  readonly #wheel: TimerWheel;
  readonly #bucket: TokenBucket;
  readonly #maxWaiting: number;
  readonly #deadline = new Deadline(this);
  #waiting: (() => void)[] = [];

  constructor({ perSecond, wheel }: { readonly perSecond: number; readonly wheel: TimerWheel }) {
    this.#wheel = wheel;
    // As much as comes within two ticks of the wheel, of which one may be late.
    const burst = Math.max(1, (2 * perSecond * TIMER_WHEEL.tickMs) / 1_000);
    this.#bucket = new TokenBucket({ perSecond, burst, nowMs: performance.now() });
    this.#maxWaiting = (perSecond * HANDSHAKE.maxWaitMs) / 1_000;
  }

  /** Takes a connection in, now or when its turn comes; not at all when too many wait. */
  enter(accept: () => void): 'entered' | 'full' {
    if (this.#waiting.length === 0 && this.#bucket.take(1, performance.now())) {
      accept();
      return 'entered';
    }
    if (this.#waiting.length >= this.#maxWaiting) return 'full';
    this.#waiting.push(accept);
    if (!this.#deadline.armed) this.#wheel.arm(this.#deadline, TIMER_WHEEL.tickMs);
    return 'entered';
  }

  expire(): void {
    const nowMs = performance.now();
    let taken = 0;
    while (taken < this.#waiting.length && this.#bucket.take(1, nowMs)) taken++;
    const turn = this.#waiting.slice(0, taken);
    this.#waiting = this.#waiting.slice(taken);
    if (this.#waiting.length > 0) this.#wheel.arm(this.#deadline, TIMER_WHEEL.tickMs);
    for (const accept of turn) accept();
  }

  [Symbol.dispose](): void {
    this.#wheel.disarm(this.#deadline);
    this.#waiting = [];
  }
}
