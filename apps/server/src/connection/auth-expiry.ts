/** What proves who somebody is, and for how long: a newer one is asked for before it ends. */
import { REAUTHENTICATE_BEFORE_MS, REAUTHENTICATE_GRACE_MS } from '@tandem/protocol';
import { Deadline, type TimerWheel } from '../runtime/timer-wheel.ts';

export class AuthExpiry extends Deadline {
  #state: 'holds' | 'asked-for' = 'holds';
  #expiresAt = 0;

  /** In milliseconds since the epoch. */
  get expiresAt(): number {
    return this.#expiresAt;
  }

  hold(expiresAt: number, wheel: TimerWheel): void {
    this.#expiresAt = expiresAt;
    this.#state = 'holds';
    wheel.arm(this, expiresAt - REAUTHENTICATE_BEFORE_MS - Date.now());
  }

  /** Its time is over: a newer one is to be asked for, or did not come. */
  due(wheel: TimerWheel): 'ask' | 'close' {
    if (this.#state === 'asked-for') return 'close';
    this.#state = 'asked-for';
    wheel.arm(this, this.#expiresAt + REAUTHENTICATE_GRACE_MS - Date.now());
    return 'ask';
  }
}
