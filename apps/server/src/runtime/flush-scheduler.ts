/**
 * Flushes connections once at the end of each turn of the event loop. A loaded connection, which would write in
 * every turn, is flushed every `FLUSH.loadedIntervalMs`, together with the others: a write is a system call, and
 * costs more than its data. Very many connections are flushed in slices with a turn between them, so that other
 * work does not wait.
 */
import { FLUSH } from '../limits.ts';
import type { Clock } from './clock.ts';

export interface Flushable {
  readonly isLoaded: boolean;
  /** @param nowMs of a monotonic clock, in whole milliseconds. */
  flush(nowMs: number): void;
}

export interface FlushSchedulerOptions {
  readonly clock: Clock;
  readonly onEnd: () => void;
  /** While true, everything waits. */
  readonly isHeld: () => boolean;
}

export class FlushScheduler {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  readonly #isHeld: () => boolean;
  #waiting: Flushable[] = [];
  #loaded: Flushable[] = [];
  #timer: unknown = null;

  constructor({ clock, onEnd, isHeld }: FlushSchedulerOptions) {
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#isHeld = isHeld;
  }

  add(flushing: Flushable): void {
    if (flushing.isLoaded) {
      this.#loaded.push(flushing);
      if (this.#timer !== null) return;
      this.#timer = this.#clock.setTimeout(this.#runLoaded, FLUSH.loadedIntervalMs);
    } else if (this.#waiting.push(flushing) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    if (this.#isHeld()) {
      this.#clock.setTimeout(this.#run, FLUSH.heldIntervalMs);
      return;
    }
    const isCrowd = this.#waiting.length > FLUSH.maxUnsliced;
    const rest = isCrowd ? this.#waiting.splice(FLUSH.sliceSize) : [];
    const slice = this.#waiting;
    this.#waiting = rest;
    if (rest.length > 0) setImmediate(this.#run);
    const nowMs = Math.trunc(this.#clock.monotonicMs());
    for (const flushing of slice) flushing.flush(nowMs);
    if (rest.length === 0) this.#onEnd();
  };

  readonly #runLoaded = (): void => {
    this.#timer = null;
    const isIdle = this.#waiting.length === 0;
    this.#waiting = this.#waiting.concat(this.#loaded);
    this.#loaded = [];
    if (isIdle) this.#run();
  };
}
