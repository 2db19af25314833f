/**
 * Everything that has something to write does so once, at the end of the turn of the loop. Whoever would write in
 * turn after turn, as in a room where many type at once, writes every `FLUSH.loadedIntervalMs` instead, together with all the
 * others of that kind: a write is a system call, and costs more than what it carries. A crowd is written to in
 * slices, with a turn of the loop between them: nobody else waits for all of it.
 */
import { FLUSH } from '../limits.ts';

export interface Flushable {
  /** Whether it may wait for what comes next. */
  readonly isLoaded: boolean;
  /** @param nowMs of a clock that only goes forward, in whole milliseconds. */
  flush(nowMs: number): void;
}

export class FlushScheduler {
  readonly #onEnd: () => void;
  #waiting: Flushable[] = [];
  #hot: Flushable[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param onEnd when nothing waits any more but the hot ones. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  add(flushing: Flushable): void {
    if (flushing.isLoaded) {
      this.#hot.push(flushing);
      if (this.#timer === null) this.#timer = setTimeout(this.#runHot, FLUSH.loadedIntervalMs);
    } else if (this.#waiting.push(flushing) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const isCrowd = this.#waiting.length > FLUSH.maxUnsliced;
    const rest = isCrowd ? this.#waiting.splice(FLUSH.sliceSize) : [];
    const slice = this.#waiting;
    this.#waiting = rest;
    if (rest.length > 0) setImmediate(this.#run);
    const nowMs = Math.trunc(performance.now());
    for (const flushing of slice) flushing.flush(nowMs);
    if (rest.length === 0) this.#onEnd();
  };

  readonly #runHot = (): void => {
    this.#timer = null;
    const isIdle = this.#waiting.length === 0;
    this.#waiting = this.#waiting.concat(this.#hot);
    this.#hot = [];
    if (isIdle) this.#run();
  };
}
