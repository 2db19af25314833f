import { TYPING_IDLE_MS } from './limits.ts';

/** Tells `onTyping` true when this person starts to change the page, and false when they have stopped for a while. */
export class TypingSignal {
  readonly #onTyping: (active: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onTyping: (active: boolean) => void) {
    this.#onTyping = onTyping;
  }

  touch(): void {
    if (this.#timer === undefined) this.#onTyping(true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), TYPING_IDLE_MS);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#onTyping(false);
  }
}
