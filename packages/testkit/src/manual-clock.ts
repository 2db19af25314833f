/**
 * A clock whose hands only a test moves. Timers wait in a queue ordered by the time they are due,
 * and among equals by the order in which they were set; time stands still between calls.
 */

import type { Clock, TimerHandle } from './clock.ts';

/** A simulation that has not settled after this many timers never will. */
const MAX_IDLE_TIMERS = 100_000;

/** Microtask turns after a timer; a chain of awaits longer than this needs its own `settle`. */
const SETTLE_TURNS = 20;

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  /** Latest first, so that the next one to run is at the end. */
  readonly #timers: Timer[] = [];
  #nowMs: number;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** When the next timer is due, in milliseconds of this clock; `undefined` when none waits. */
  get nextDueMs(): number | undefined {
    return this.#timers.at(-1)?.dueMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** A negative delay, or one that is not a number, counts as 0, as it does on every platform. */
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

  /** Forgets the timer; one that has run, or is not of this clock, is ignored. */
  clearTimeout(handle: TimerHandle): void {
    const index = this.#timers.findIndex((timer) => timer === handle);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  /**
   * Moves time forward by `ms` and runs what falls due on the way, each timer at its own time,
   * those that are set meanwhile included. What a timer throws comes out here, with the clock
   * still at that timer's time.
   */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    while (this.#runNext(untilMs));
    this.#nowMs = untilMs;
  }

  /**
   * Like `advance`, but lets promises settle before the first and after each timer.
   *
   * @param settle waits for what is not a microtask (IndexedDB, a worker); the default waits for
   *   microtasks only.
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
   * @throws Error when `MAX_IDLE_TIMERS` have run and there are still more: something repeats.
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

  /** Where a new timer goes: before all that are due at the same time, for they run first. */
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
