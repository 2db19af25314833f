/** Requests missing rows of a document again when they do not arrive (SY33). */
import { RECOVER_AGAIN_CAP_MS, RECOVER_AGAIN_MS } from '@tandem/sync';
import type { Environment } from '../environment.ts';

export class GapRetry {
  readonly #clock: Environment['clock'];
  readonly #askAgain: () => void;
  #timer: unknown = null;
  #delayMs = RECOVER_AGAIN_MS;

  constructor(clock: Environment['clock'], askAgain: () => void) {
    this.#clock = clock;
    this.#askAgain = askAgain;
  }

  /** @param hasGap whether rows are missing; call this after every change of it */
  follow(hasGap: boolean): void {
    if (!hasGap) {
      this.cancel();
    } else if (this.#timer === null) {
      this.#timer = this.#clock.setTimeout(() => {
        this.#timer = null;
        this.#delayMs = Math.min(2 * this.#delayMs, RECOVER_AGAIN_CAP_MS);
        this.#askAgain();
      }, this.#delayMs);
    }
  }

  cancel(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#delayMs = RECOVER_AGAIN_MS;
  }
}
