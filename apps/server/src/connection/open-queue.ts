/**
 * Documents are opened a few at a time, and none while the connection is full of what was opened before:
 * whoever asks for much and reads nothing holds little.
 */
import type { CloseName } from '@tandem/protocol';
import { OPEN_QUEUE } from '../limits.ts';

export interface OpeningConnection {
  readonly isCongested: boolean;
  close(name: CloseName): void;
  /** Nothing is being opened, nor waits for it: the line can be forgotten. */
  openingsOver(): void;
}

export class OpenQueue {
  readonly #connection: OpeningConnection;
  #waiting: (() => void)[] = [];
  #opening = 0;

  constructor(connection: OpeningConnection) {
    this.#connection = connection;
  }

  /** Runs `open` when its turn comes; each ends with `done`. Whoever lets too many wait is gone. */
  enter(open: () => void): void {
    if (this.#waiting.length === 0 && this.#hasRoom) this.#begin(open);
    else if (this.#waiting.push(open) > OPEN_QUEUE.maxQueued) this.#connection.close('too-many');
    else this.advance();
  }

  done(): void {
    this.#opening--;
    this.advance();
    if (this.#opening === 0 && this.#waiting.length === 0) this.#connection.openingsOver();
  }

  /** After the connection has drained. */
  advance(): void {
    while (this.#waiting.length > 0 && this.#hasRoom) this.#begin(this.#waiting.shift());
  }

  clear(): void {
    this.#waiting = [];
  }

  get #hasRoom(): boolean {
    return this.#opening < OPEN_QUEUE.maxConcurrent && !this.#connection.isCongested;
  }

  #begin(open: (() => void) | undefined): void {
    this.#opening++;
    open?.();
  }
}
