/**
 * Tries a WebSocket beside a living connection over HTTP, with doubling pauses, until one gets
 * through.
 */
import { WEBSOCKET_RETRY_CAP_MS, WEBSOCKET_RETRY_FIRST_MS } from '@tandem/protocol';
import { backoffMs } from '../backoff.ts';
import type { Clock } from '../environment.ts';
import type { Attempt } from './attempt.ts';

const BACKOFF = { baseMs: WEBSOCKET_RETRY_FIRST_MS, capMs: WEBSOCKET_RETRY_CAP_MS };

export class WebSocketProbe {
  readonly #clock: Clock;
  readonly #begin: () => Promise<void>;
  #attempt: Attempt | null = null;
  #timer: unknown = null;
  #tries = 0;

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

  schedule(delayMs = backoffMs(BACKOFF, this.#tries)): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null;
      this.#tries++;
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
    this.#tries = 0;
  }

  cancel(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#attempt?.abandon();
    this.#attempt = null;
  }
}
