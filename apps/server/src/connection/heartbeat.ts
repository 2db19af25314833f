/** Whether anybody is at the other end of a connection: who is silent is asked, and who does not answer is gone. */
import { MAX_MISSED_PONGS, PING_INTERVAL_MS, PING_JITTER, PONG_TIMEOUT_MS } from '@tandem/protocol';
import { Deadline, type TimerWheel } from '../runtime/timer-wheel.ts';

/** What is to be done when a heartbeat's time is over. */
export type Beat = 'close-unknown' | 'ask' | 'rest' | 'close-gone';

export class Heartbeat extends Deadline {
  #state: 'awaiting-hello' | 'quiet' | 'awaiting-pong' = 'awaiting-hello';
  #missedPongs = 0;
  #heard = false;

  /** Something came. */
  heard(): void {
    this.#heard = true;
  }

  /**
   * Its time is over.
   *
   * @param isPaused nothing is read, so that no answer can come.
   * @param isMoving it takes what is sent: it is there, even if our ping is far behind that.
   */
  beat({ isPaused, isMoving }: { readonly isPaused: boolean; readonly isMoving: boolean }): Beat {
    if (this.#state === 'awaiting-hello') return 'close-unknown';
    if (this.#state === 'quiet' || isPaused) return 'ask';
    if (this.#heard || isMoving) return 'rest';
    return ++this.#missedPongs < MAX_MISSED_PONGS ? 'ask' : 'close-gone';
  }

  /** It is known who this is, and that they are there. */
  rest(wheel: TimerWheel): void {
    this.#state = 'quiet';
    this.#missedPongs = 0;
    // Spread, so that a storm of reconnects does not become a storm of pings.
    const jitter = 1 + PING_JITTER * (2 * Math.random() - 1);
    wheel.arm(this, PING_INTERVAL_MS * jitter - PONG_TIMEOUT_MS);
  }

  /** A ping is on its way. */
  ask(wheel: TimerWheel): void {
    this.#state = 'awaiting-pong';
    this.#heard = false;
    wheel.arm(this, PONG_TIMEOUT_MS);
  }
}
