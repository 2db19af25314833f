/**
 * Repeats `typing:start` while the person types, because the server forgets it after a few seconds.
 */
import { TYPING_REFRESH_MS } from '@tandem/protocol';
import type { Clock } from './environment.ts';

export class TypingRefresher {
  readonly #clock: Clock;
  readonly #send: (type: 'typing:start' | 'typing:stop') => void;
  #isActive = false;
  #timer: unknown = null;

  constructor(clock: Clock, send: (type: 'typing:start' | 'typing:stop') => void) {
    this.#clock = clock;
    this.#send = send;
  }

  set(active: boolean): void {
    if (active === this.#isActive) return;
    this.#isActive = active;
    this.#clock.clearTimeout(this.#timer);
    if (active) this.#sendStart();
    else this.#send('typing:stop');
  }

  resume(): void {
    if (this.#isActive) this.#send('typing:start');
  }

  destroy(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #sendStart(): void {
    this.#send('typing:start');
    this.#timer = this.#clock.setTimeout(() => this.#sendStart(), TYPING_REFRESH_MS);
  }
}
