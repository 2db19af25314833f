/**
 * Runs callbacks in a later turn of the loop, so that what arrives in one turn is handled together. Turns are
 * at least an interval apart, so that under load what arrives in an interval is; after a pause, nothing waits.
 */
import type { Clock } from './clock.ts';

export interface PacedTurnsOptions {
  readonly intervalMs: number;
  readonly clock: Clock;
  /** `setImmediate`. */
  readonly nextTurn: (run: () => void) => void;
}

export class PacedTurns {
  readonly #options: PacedTurnsOptions;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: PacedTurnsOptions) {
    this.#options = options;
  }

  run(callback: () => void): void {
    const { intervalMs, clock, nextTurn } = this.#options;
    const turn = () => {
      this.#lastMs = clock.monotonicMs();
      callback();
    };
    const waitMs = this.#lastMs + intervalMs - clock.monotonicMs();
    if (waitMs > 0) clock.setTimeout(turn, waitMs);
    else nextTurn(turn);
  }
}
