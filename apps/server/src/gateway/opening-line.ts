/**
 * Documents are opened a few at a time, and none while the socket is full of what was opened before:
 * whoever asks for much and reads nothing holds little.
 */
import { MAX_OPENING } from '../limits.ts';

export class OpeningLine {
  readonly #isCongested: () => boolean;
  #waiting: (() => void)[] = [];
  #opening = 0;

  constructor(isCongested: () => boolean) {
    this.#isCongested = isCongested;
  }

  /** Runs `open` when its turn comes; each ends with `done`. */
  enter(open: () => void): void {
    this.#waiting.push(open);
    this.advance();
  }

  done(): void {
    this.#opening--;
    this.advance();
  }

  /** After the socket has drained. */
  advance(): void {
    while (this.#waiting.length > 0 && this.#opening < MAX_OPENING && !this.#isCongested()) {
      this.#opening++;
      this.#waiting.shift()?.();
    }
  }

  clear(): void {
    this.#waiting = [];
  }
}
