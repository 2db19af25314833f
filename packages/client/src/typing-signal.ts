/** That somebody here is typing: said again every few seconds while it goes on; the server forgets it otherwise. */
import { TYPING_REFRESH_MS } from '@tandem/protocol';
import type { Clock } from './environment.ts';

export class TypingSignal {
  readonly #clock: Clock;
  readonly #send: (type: 'typing:start' | 'typing:stop') => void;
  #isActive = false;
  #timer: unknown = null;

  /** @param send goes nowhere while there is no channel */
  constructor(clock: Clock, send: (type: 'typing:start' | 'typing:stop') => void) {
    this.#clock = clock;
    this.#send = send;
  }

  set(active: boolean): void {
    if (active === this.#isActive) return;
    this.#isActive = active;
    this.#clock.clearTimeout(this.#timer);
    if (active) this.#say();
    else this.#send('typing:stop');
  }

  /** There is a channel again. */
  again(): void {
    if (this.#isActive) this.#send('typing:start');
  }

  destroy(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #say(): void {
    this.#send('typing:start');
    this.#timer = this.#clock.setTimeout(() => this.#say(), TYPING_REFRESH_MS);
  }
}
