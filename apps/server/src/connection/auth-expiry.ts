/** Watches the end of a token: asks for a new one in time, and reports when none came (W35). */
import { REAUTHENTICATE_BEFORE_MS, REAUTHENTICATE_GRACE_MS } from '@tandem/protocol';
import type { Clock } from '../runtime/clock.ts';
import { WheelTimer, type TimerWheel } from '../runtime/timer-wheel.ts';

export interface AuthExpiryOwner {
  /** @param expiresAt in milliseconds since the epoch. */
  onRenew(expiresAt: number): void;
  onExpired(): void;
}

export class AuthExpiry extends WheelTimer implements Disposable {
  readonly #wheel: TimerWheel;
  readonly #clock: Clock;
  readonly #owner: AuthExpiryOwner;
  #state: 'valid' | 'renewing' = 'valid';
  #expiresAt = 0;

  constructor(options: {
    readonly wheel: TimerWheel;
    readonly clock: Clock;
    readonly owner: AuthExpiryOwner;
  }) {
    super();
    this.#wheel = options.wheel;
    this.#clock = options.clock;
    this.#owner = options.owner;
  }

  set(expiresAt: number): void {
    this.#expiresAt = expiresAt;
    this.#state = 'valid';
    this.#armAt(expiresAt - REAUTHENTICATE_BEFORE_MS);
  }

  expire(): void {
    if (this.#state === 'renewing') {
      this.#owner.onExpired();
      return;
    }
    this.#state = 'renewing';
    this.#armAt(this.#expiresAt + REAUTHENTICATE_GRACE_MS);
    this.#owner.onRenew(this.#expiresAt);
  }

  [Symbol.dispose](): void {
    this.#wheel.disarm(this);
  }

  #armAt(atMs: number): void {
    this.#wheel.arm(this, atMs - this.#clock.now());
  }
}
