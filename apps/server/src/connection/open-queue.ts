/**
 * Opens documents a few at a time, and none while the connection's send queue is full: a client that opens
 * many documents and reads nothing holds little memory.
 */
import type { CloseName } from '@tandem/protocol';
import { OPEN_QUEUE } from '../limits.ts';

export interface OpenQueueOwner {
  readonly isCongested: boolean;
  close(name: CloseName): void;
  onOpenQueueEmpty(): void;
}

export class OpenQueue {
  readonly #owner: OpenQueueOwner;
  #waiting: (() => void)[] = [];
  #opening = 0;

  constructor(owner: OpenQueueOwner) {
    this.#owner = owner;
  }

  /**
   * Runs `open` in its turn; the caller reports its end with `done`. Closes the connection when too many
   * wait.
   */
  push(open: () => void): void {
    if (this.#waiting.length === 0 && this.#hasRoom) this.#run(open);
    else if (this.#waiting.push(open) > OPEN_QUEUE.maxQueued) this.#owner.close('too-many');
    else this.advance();
  }

  done(): void {
    this.#opening--;
    this.advance();
    if (this.#opening === 0 && this.#waiting.length === 0) this.#owner.onOpenQueueEmpty();
  }

  advance(): void {
    while (this.#waiting.length > 0 && this.#hasRoom) this.#run(this.#waiting.shift());
  }

  clear(): void {
    this.#waiting = [];
  }

  get #hasRoom(): boolean {
    return this.#opening < OPEN_QUEUE.maxConcurrent && !this.#owner.isCongested;
  }

  #run(open: (() => void) | undefined): void {
    this.#opening++;
    open?.();
  }
}
