/**
 * Background work on the database: checkpoints, and moving recent rows to their documents. Sleeps until
 * enough was written.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Checkpointer } from './checkpointer.ts';
import { RowSettler } from './row-settler.ts';
import type { SharedWriteLock } from './write-lock.ts';

export class Maintenance implements Disposable {
  readonly #lock: SharedWriteLock;
  readonly #checkpointer: Checkpointer;
  readonly #settler: RowSettler;
  #state: 'running' | 'ended' = 'running';

  /** @throws StorageError */
  constructor(path: string, lock: SharedWriteLock) {
    this.#lock = lock;
    this.#checkpointer = new Checkpointer(path, lock);
    this.#settler = new RowSettler(path, lock);
  }

  /** Returns after the maintenance was disposed of. */
  async run(): Promise<void> {
    for (;;) {
      await this.#lock.checkpointDue();
      if (this.#state === 'ended') return;
      this.#checkpointer.checkpointIfDue();
      await this.#settler.settleIfDue(nextTurn);
    }
  }

  [Symbol.dispose](): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#lock.wake();
    this.#checkpointer[Symbol.dispose]();
    this.#settler[Symbol.dispose]();
  }
}
