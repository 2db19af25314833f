/**
 * A repeated task that runs only while there is something to do, so that an unused server sleeps:
 * `request` starts the interval, and it ends with the first tick after which nothing is left.
 */
import type { Clock } from './clock.ts';

export interface OnDemandIntervalOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly tick: () => void;
  /** Whether another tick is needed. Asked after each tick. */
  readonly isNeeded: () => boolean;
}

export class OnDemandInterval implements Disposable {
  readonly #options: OnDemandIntervalOptions;
  #timer: unknown = null;
  #state: 'open' | 'ended' = 'open';

  constructor(options: OnDemandIntervalOptions) {
    this.#options = options;
  }

  /** Does nothing while the interval runs. */
  request(): void {
    if (this.#timer !== null || this.#state === 'ended') return;
    const { clock, intervalMs } = this.#options;
    this.#timer = clock.setTimeout(this.#run, intervalMs);
  }

  [Symbol.dispose](): void {
    this.#state = 'ended';
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #run = (): void => {
    this.#timer = null;
    try {
      this.#options.tick();
    } finally {
      if (this.#options.isNeeded()) this.request();
    }
  };
}
