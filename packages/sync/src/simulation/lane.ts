import type { ManualClock, SeededRandom } from '@tandem/testkit';

/** Work in order, each piece with a delay, until the owner crashes. */
export class Lane {
  readonly #clock: ManualClock;
  readonly #random: SeededRandom;
  readonly #maxDelayMs: number;
  #dueMs = 0;
  #state: 'running' | 'crashed' = 'running';

  constructor(
    clock: ManualClock,
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
