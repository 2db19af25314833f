/** A person counts as typing until this long after their last change. */
export const TYPING_IDLE_MS = 3_000;

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
