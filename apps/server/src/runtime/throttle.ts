/** Runs a function at most once per interval: at once after a pause, otherwise at the end of the interval. */
import { systemClock, type Clock } from './clock.ts';

export interface ThrottleOptions {
  readonly intervalMs: number | (() => number);
  readonly run: () => void;
  readonly onError: (error: unknown) => void;
  readonly clock?: Clock;
}

export class Throttle implements Disposable {
  readonly #options: ThrottleOptions;
  readonly #clock: Clock;
  #lastRunMs = -Infinity;
  #timer: unknown = null;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  schedule(): void {
    if (this.#timer !== null) return;
    const { intervalMs } = this.#options;
    const interval = typeof intervalMs === 'number' ? intervalMs : intervalMs();
    const waitMs = this.#lastRunMs + interval - this.#clock.monotonicMs();
    this.#timer = this.#clock.setTimeout(this.#run, Math.max(0, waitMs));
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #run = (): void => {
    this.#timer = null;
    this.#lastRunMs = this.#clock.monotonicMs();
    try {
      this.#options.run();
    } catch (error) {
      this.#options.onError(error);
    }
  };
}
