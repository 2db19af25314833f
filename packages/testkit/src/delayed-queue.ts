import type { Clock } from './manual-clock.ts';
import type { SeededRandom } from './random.ts';

/** Executes work in order, each piece after a random delay, until its owner crashes. */
export class DelayedQueue {
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #maxDelayMs: number;
  #dueMs = 0;
  #state: 'running' | 'crashed' = 'running';

  constructor(
    clock: Clock,
    options: { readonly random: SeededRandom; readonly maxDelayMs: number },
  ) {
    this.#clock = clock;
    this.#random = options.random;
    this.#maxDelayMs = options.maxDelayMs;
  }

  add(work: () => void): void {
    const now = this.#clock.now();
    this.#dueMs = Math.max(this.#dueMs, now + this.#random.int(0, this.#maxDelayMs));
    this.#clock.setTimeout(() => {
      if (this.#state === 'running') work();
    }, this.#dueMs - now);
  }

  crash(): void {
    this.#state = 'crashed';
  }
}
