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
const memories = new Map<string, SharedArrayBuffer>();

/** To be given to each worker of this process that writes to the file. */
export function writeLockMemory(path: string): SharedArrayBuffer {
  let memory = memories.get(path);
  if (memory === undefined) {
    memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    memories.set(path, memory);
  }
  return memory;
}

/** For a worker: `Atomics.wait` is not allowed to block a main thread's loop. */
export class SharedWriteLock implements WriteLock {
  readonly #holder: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#holder = new Int32Array(memory);
  }

  hold<T>(work: () => T): T {
    // Whoever waited in vain goes on all the same: SQLite decides.
    const isHeld = this.#acquire();
    try {
      return work();
    } finally {
      if (isHeld) release(this.#holder, threadId);
    }
  }

  async holdThrough<T>(work: () => Promise<T>): Promise<T> {
    const isHeld = this.#acquire();
    try {
      return await work();
    } finally {
      if (isHeld) release(this.#holder, threadId);
    }
  }

  #acquire(): boolean {
    const deadlineMs = performance.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      const holder = Atomics.compareExchange(this.#holder, 0, FREE, nameOf(threadId));
      if (holder === FREE) return true;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return false;
      Atomics.wait(this.#holder, 0, holder, leftMs);
    }
  }
}

/** A worker has ended; it may have held the lock. */
export function releaseWriteLock(memory: SharedArrayBuffer, thread: number): void {
  release(new Int32Array(memory), thread);
}

function release(holder: Int32Array, thread: number): void {
  const name = nameOf(thread);
  if (Atomics.compareExchange(holder, 0, name, FREE) === name) Atomics.notify(holder, 0, 1);
}

/** The main thread's id is 0. */
function nameOf(thread: number): number {
  return thread + 1;
}
