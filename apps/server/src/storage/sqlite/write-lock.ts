/**
 * The lock by which threads of one process take turns at writing to a SQLite file. SQLite's own lock
 * keeps the file consistent, but a connection that finds it taken sleeps for up to 100 ms before the
 * next attempt, and two busy writers get a tenth of one writer's throughput. This lock wakes the next
 * thread at once.
 */
import { threadId } from 'node:worker_threads';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { BUSY_TIMEOUT_MS } from './sqlite.ts';

export interface WriteLock {
  /** For work that is not one call, such as a transaction; released by disposing of the result. */
  hold(): Disposable;
  run<T>(work: () => T): T;
  runAsync<T>(work: () => Promise<T>): Promise<T>;
}

export const noLock: WriteLock = {
  hold: () => ({ [Symbol.dispose]() {} }),
  run: (work) => work(),
  runAsync: (work) => work(),
};

const FREE = 0;
const HOLDER = 0;
const RELEASES = 1;
const INTEGERS = 2;
/** A write is a few pages of the write-ahead log. */
export const RELEASES_PER_CHECKPOINT = 250;

export function createWriteLockMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(INTEGERS * Int32Array.BYTES_PER_ELEMENT);
}

/** For worker threads only: `Atomics.wait` would block the main thread's event loop. */
export class SharedWriteLock implements WriteLock {
  readonly #integers: Int32Array;
  readonly #clock: Clock;

  constructor(memory: SharedArrayBuffer, clock: Clock = systemClock) {
    this.#integers = new Int32Array(memory);
    this.#clock = clock;
  }

  get releases(): number {
    return Atomics.load(this.#integers, RELEASES);
  }

  /**
   * Waits, without a timer and without blocking the thread, until the lock was released
   * `RELEASES_PER_CHECKPOINT` times since the last reset, or for `wake`.
   */
  async checkpointDue(): Promise<void> {
    const { releases } = this;
    if (releases >= RELEASES_PER_CHECKPOINT) return;
    // Returns at once if a release came in between.
    const waiting = Atomics.waitAsync(this.#integers, RELEASES, releases);
    if (waiting.async) await waiting.value;
  }

  /** Ends all waits of `checkpointDue`. */
  wake(): void {
    Atomics.notify(this.#integers, RELEASES);
  }

  resetReleases(): void {
    Atomics.store(this.#integers, RELEASES, 0);
  }

  hold(): Disposable {
    const isHeld = this.#acquire();
    return {
      [Symbol.dispose]: () => {
        if (isHeld) release(this.#integers, threadId);
      },
    };
  }

  run<T>(work: () => T): T {
    const isHeld = this.#acquire();
    try {
      return work();
    } finally {
      if (isHeld) release(this.#integers, threadId);
    }
  }

  async runAsync<T>(work: () => Promise<T>): Promise<T> {
    using _held = this.hold();
    return await work();
  }

  /** @returns false on timeout: proceed without the lock; SQLite's own busy handling arbitrates. */
  #acquire(): boolean {
    const deadlineMs = this.#clock.monotonicMs() + BUSY_TIMEOUT_MS;
    for (;;) {
      const holder = Atomics.compareExchange(this.#integers, HOLDER, FREE, holderOf(threadId));
      if (holder === FREE) return true;
      const leftMs = deadlineMs - this.#clock.monotonicMs();
      if (leftMs <= 0) return false;
      Atomics.wait(this.#integers, HOLDER, holder, leftMs);
    }
  }
}

export function releaseWriteLock(memory: SharedArrayBuffer, thread: number): void {
  release(new Int32Array(memory), thread);
}

function release(integers: Int32Array, thread: number): void {
  const holder = holderOf(thread);
  if (Atomics.compareExchange(integers, HOLDER, holder, FREE) !== holder) return;
  if (Atomics.add(integers, RELEASES, 1) + 1 === RELEASES_PER_CHECKPOINT)
    Atomics.notify(integers, RELEASES);
  Atomics.notify(integers, HOLDER, 1);
}

/** Never `FREE`: the main thread's id is 0. */
function holderOf(thread: number): number {
  return thread + 1;
}
