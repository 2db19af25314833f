import type { ManualClock, SeededRandom } from '@tandem/testkit';

/** Runs work in order, each piece a little later, until it is cut off. */
export class Lane {
  readonly #clock: ManualClock;
  readonly #random: SeededRandom;
  readonly #maxDelayMs: number;
  #dueMs = 0;
  #isCut = false;
  #isShut = false;

  constructor(
    clock: ManualClock,
    { random, maxDelayMs }: { readonly random: SeededRandom; readonly maxDelayMs: number },
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#maxDelayMs = maxDelayMs;
  }

  add(work: () => void): void {
    if (this.#isShut) return;
    const now = this.#clock.now();
    this.#dueMs = Math.max(this.#dueMs, now + this.#random.int(0, this.#maxDelayMs));
    this.#clock.setTimeout(() => {
      if (!this.#isCut) work();
    }, this.#dueMs - now);
  }

  cut(): void {
    this.#isCut = true;
  }

  shut(): void {
    this.#isShut = true;
  }
}
