/**
 * Tries a WebSocket beside a living connection over HTTP, with doubling pauses, until one gets
 * through.
 */
import { WEBSOCKET_RETRY_CAP_MS, WEBSOCKET_RETRY_FIRST_MS } from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import type { Attempt } from './attempt.ts';

export class WebSocketProbe {
  readonly #clock: Clock;
  readonly #begin: () => Promise<void>;
  #attempt: Attempt | null = null;
  #timer: unknown = null;
  #delayMs = WEBSOCKET_RETRY_FIRST_MS;

  /** @param begin calls `start` with an attempt, or `schedule` when none can be made now */
  constructor(clock: Clock, begin: () => Promise<void>) {
    this.#clock = clock;
    this.#begin = begin;
  }

  get isRunning(): boolean {
    return this.#attempt !== null;
  }

  isOf(attempt: Attempt): boolean {
    return attempt === this.#attempt;
  }

  schedule(delayMs = this.#delayMs): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null;
      this.#delayMs = Math.min(WEBSOCKET_RETRY_CAP_MS, this.#delayMs * 2);
      void this.#begin();
    }, delayMs);
  }

  start(attempt: Attempt): void {
    this.#attempt = attempt;
  }

  hurry(): void {
    if (this.#timer !== null) this.schedule(0);
  }

  retry(): void {
    this.#attempt = null;
    this.schedule();
  }

  release(): void {
    this.#attempt = null;
  }

  reset(): void {
    this.#delayMs = WEBSOCKET_RETRY_FIRST_MS;
  }

  cancel(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#attempt?.abandon();
    this.#attempt = null;
  }
}
