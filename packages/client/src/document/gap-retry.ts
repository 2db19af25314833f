/** Requests missing rows of a document again when they do not arrive (SY33). */
import { RECOVER_AGAIN_CAP_MS, RECOVER_AGAIN_MS } from '@tandem/sync';
import { backoffMs } from '../backoff.ts';
import type { Clock } from '../environment.ts';

const BACKOFF = { baseMs: RECOVER_AGAIN_MS, capMs: RECOVER_AGAIN_CAP_MS };

export class GapRetry {
  readonly #clock: Clock;
  readonly #request: () => void;
  #timer: unknown = null;
  #attempt = 0;

  constructor(clock: Clock, request: () => void) {
    this.#clock = clock;
    this.#request = request;
  }

  follow(hasGap: boolean): void {
    if (!hasGap) {
      this.cancel();
    } else if (this.#timer === null) {
      this.#timer = this.#clock.setTimeout(
        () => {
          this.#timer = null;
          this.#attempt++;
          this.#request();
        },
        backoffMs(BACKOFF, this.#attempt),
      );
    }
  }

  cancel(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#attempt = 0;
  }
}
