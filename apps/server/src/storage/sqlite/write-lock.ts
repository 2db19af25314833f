/**
 * Threads of one process that write to the same SQLite file take turns by this lock. SQLite has its
 * own, which is what keeps the file sound; but whoever finds that one taken sleeps for up to 100 ms
 * before asking again, and two busy writers get a tenth done of what one does. Here the next one is
 * woken at once.
 */
import { threadId } from 'node:worker_threads';
import { BUSY_TIMEOUT_MS } from './sqlite.ts';

export interface WriteLock {
  /** Waits for its turn, and runs `work`. */
  hold<T>(work: () => T): T;
  /** The same for work in several steps, between which this thread does nothing else with the file. */
  holdThrough<T>(work: () => Promise<T>): Promise<T>;
}

/** For a connection that is alone, or whose process has no other. */
export const noLock: WriteLock = { hold: (work) => work(), holdThrough: (work) => work() };

const FREE = 0;
/** Who has it, and how often somebody had it. */
const HOLDER = 0;
const TURNS = 1;
const INTEGERS = 2;
const memories = new Map<string, SharedArrayBuffer>();

/** To be given to each worker of this process that writes to the file. */
export function writeLockMemory(path: string): SharedArrayBuffer {
  let memory = memories.get(path);
  if (memory === undefined) {
    memory = new SharedArrayBuffer(INTEGERS * Int32Array.BYTES_PER_ELEMENT);
    memories.set(path, memory);
  }
  return memory;
}

/** For a worker: `Atomics.wait` is not allowed to block a main thread's loop. */
export class SharedWriteLock implements WriteLock {
  readonly #integers: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#integers = new Int32Array(memory);
  }

  /** How often it was held, by whomever, since this was last set. */
  get turns(): number {
    return Atomics.load(this.#integers, TURNS);
  }

  set turns(turns: number) {
    Atomics.store(this.#integers, TURNS, turns);
  }

  hold<T>(work: () => T): T {
    // Whoever waited in vain goes on all the same: SQLite decides.
    const isHeld = this.#acquire();
    try {
      return work();
    } finally {
      if (isHeld) release(this.#integers, threadId);
    }
  }

  async holdThrough<T>(work: () => Promise<T>): Promise<T> {
    const isHeld = this.#acquire();
    try {
      return await work();
    } finally {
      if (isHeld) release(this.#integers, threadId);
    }
  }

  #acquire(): boolean {
    const deadlineMs = performance.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      const holder = Atomics.compareExchange(this.#integers, HOLDER, FREE, nameOf(threadId));
      if (holder === FREE) return true;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return false;
      Atomics.wait(this.#integers, HOLDER, holder, leftMs);
    }
  }
}

/** A worker has ended; it may have held the lock. */
export function releaseWriteLock(memory: SharedArrayBuffer, thread: number): void {
  release(new Int32Array(memory), thread);
}

function release(integers: Int32Array, thread: number): void {
  const name = nameOf(thread);
  if (Atomics.compareExchange(integers, HOLDER, name, FREE) !== name) return;
  Atomics.add(integers, TURNS, 1);
  Atomics.notify(integers, HOLDER, 1);
}

/** The main thread's id is 0. */
function nameOf(thread: number): number {
  return thread + 1;
}
