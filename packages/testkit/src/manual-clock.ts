/**
 * A clock that only a test advances. Timers run in the order in which they are due, and those due
 * at the same time in the order in which they were set.
 */

export type TimerHandle = unknown;

/** The clock that timed code of the product takes as an argument. */
export interface Clock {
  /** Milliseconds from an arbitrary start: only differences have a meaning. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}

/** A simulation that has not settled after this many timers never will. */
const MAX_IDLE_TIMERS = 100_000;

/** Microtask turns after a timer; a longer chain of awaits needs its own `settle`. */
const SETTLE_TURNS = 20;

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  /** Latest first, so that the next timer is popped from the end. */
  readonly #timers: Timer[] = [];
  #nowMs: number;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  get pending(): number {
    return this.#timers.length;
  }

  get nextDueMs(): number | undefined {
    return this.#timers.at(-1)?.dueMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Platforms treat a negative delay, and one that is not a number, as 0. */
  monotonicMs(): number {
    return this.now();
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    const timer: Timer = {
      dueMs: this.#nowMs + (delayMs > 0 ? delayMs : 0),
      run,
    };
    this.#timers.splice(this.#position(timer.dueMs), 0, timer);
    return timer;
  }

  /** Ignores timers that have run or belong to another clock. */
  clearTimeout(handle: TimerHandle): void {
    const index = this.#timers.findIndex((timer) => timer === handle);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  /**
   * Moves time forward by `ms` and runs each timer at its own time, including timers that are set
   * meanwhile. Rethrows what a timer throws, with the clock still at that timer's time.
   */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    while (this.#runNext(untilMs));
    this.#nowMs = untilMs;
  }

  /**
   * Like `advance`, but lets promises settle before the first timer and after each.
   *
   * @param settle waits for more than microtasks (IndexedDB, a worker), which is all that the
   *   default waits for
   */
  async advanceAsync(ms: number, settle: () => Promise<void> = settleMicrotasks): Promise<void> {
    const untilMs = this.#nowMs + ms;
    do await settle();
    while (this.#runNext(untilMs));
    this.#nowMs = untilMs;
  }

  /**
   * Runs timers until none is left, and returns how many milliseconds that took.
   *
   * @throws Error after `MAX_IDLE_TIMERS`, because a timer keeps setting another
   */
  runUntilIdle(): number {
    const startMs = this.#nowMs;
    for (let count = 0; this.#runNext(Infinity); count++) {
      if (count >= MAX_IDLE_TIMERS) throw new Error(`not idle after ${MAX_IDLE_TIMERS} timers`);
    }
    return this.#nowMs - startMs;
  }

  #runNext(untilMs: number): boolean {
    const next = this.#timers.at(-1);
    if (next === undefined || next.dueMs > untilMs) return false;
    this.#timers.pop();
    this.#nowMs = next.dueMs;
    next.run();
    return true;
  }

  #position(dueMs: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timers[middle]!.dueMs > dueMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn++) await Promise.resolve();
}
