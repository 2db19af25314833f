/**
 * Limits new connections per second, since each costs far more than a message: after a restart, all
 * clients reconnect at once. Connections above the rate wait in order for up to `HANDSHAKE.maxWaitMs`, the rest are
 * refused (T12).
 */
import { HANDSHAKE, TIMER_WHEEL } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import { WheelTimer, type TimerWheel } from '../runtime/timer-wheel.ts';

export interface HandshakeRateLimiterOptions {
  readonly perSecond: number;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
}

export class HandshakeRateLimiter extends WheelTimer implements Disposable {
  readonly #wheel: TimerWheel;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #maxWaiting: number;
  #waiting: (() => void)[] = [];

  constructor({ perSecond, wheel, clock }: HandshakeRateLimiterOptions) {
    super();
    this.#wheel = wheel;
    this.#clock = clock;
    // The connections of two ticks of the wheel: one of the ticks may be late.
    const burst = Math.max(1, (2 * perSecond * TIMER_WHEEL.tickMs) / 1_000);
    this.#bucket = new TokenBucket({ perSecond, burst, nowMs: clock.monotonicMs() });
    this.#maxWaiting = (perSecond * HANDSHAKE.maxWaitMs) / 1_000;
  }

  /** Runs `accept` now or in its turn. @returns false when too many wait. */
  tryEnter(accept: () => void): boolean {
    if (this.#waiting.length === 0 && this.#bucket.take(1, this.#clock.monotonicMs())) {
      accept();
      return true;
    }
    if (this.#waiting.length >= this.#maxWaiting) return false;
    this.#waiting.push(accept);
    if (!this.armed) this.#wheel.arm(this, TIMER_WHEEL.tickMs);
    return true;
  }

  expire(): void {
    const nowMs = this.#clock.monotonicMs();
    let taken = 0;
    while (taken < this.#waiting.length && this.#bucket.take(1, nowMs)) taken++;
    const accepted = this.#waiting.slice(0, taken);
    this.#waiting = this.#waiting.slice(taken);
    if (this.#waiting.length > 0) this.#wheel.arm(this, TIMER_WHEEL.tickMs);
    for (const accept of accepted) accept();
  }

  [Symbol.dispose](): void {
    this.#wheel.disarm(this);
    this.#waiting = [];
  }
}
