/**
 * Everything that has something to write does so once, at the end of the turn of the loop. Whoever would write in
 * turn after turn, as in a room where many type at once, writes every `HOT_FLUSH_MS` instead, together with all the
 * others of that kind: a write is a system call, and costs more than what it carries.
 */
import { HOT_FLUSH_MS } from '../limits.ts';

export interface Flushing {
  /** Whether it may wait for what comes next. */
  readonly isHot: boolean;
  /** @param nowMs of a clock that only goes forward, in whole milliseconds. */
  flush(nowMs: number): void;
}

export class FlushTurn {
  readonly #onEnd: () => void;
  #waiting: Flushing[] = [];
  #hot: Flushing[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param onEnd when all of a turn is written. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  add(flushing: Flushing): void {
    if (flushing.isHot) {
      this.#hot.push(flushing);
      if (this.#timer === null) this.#timer = setTimeout(this.#runHot, HOT_FLUSH_MS);
    } else if (this.#waiting.push(flushing) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#flush(waiting);
  };

  readonly #runHot = (): void => {
    this.#timer = null;
    const hot = this.#hot;
    this.#hot = [];
    this.#flush(hot);
  };

  #flush(waiting: readonly Flushing[]): void {
    const nowMs = Math.trunc(performance.now());
    for (const flushing of waiting) flushing.flush(nowMs);
    this.#onEnd();
  }
}
