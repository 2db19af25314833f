/**
 * Schedules the reopening of a document that the server closed for now: follows the server's
 * `retryAfterMs` at first, and backs off when closes repeat.
 */
import { RECONNECT_HEALTHY_AFTER_MS, type ErrorBody } from '@tandem/protocol';
import { reconnectDelay } from '../connection/reconnect-policy.ts';
import type { Environment } from '../environment.ts';

export class ReopenBackoff {
  readonly #environment: Environment;
  readonly #open: () => void;
  #attempt = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #timer: unknown = null;

  constructor(environment: Environment, open: () => void) {
    this.#environment = environment;
    this.#open = open;
  }

  /** @returns the delay in milliseconds */
  schedule(error: ErrorBody): number {
    const { clock, random } = this.#environment;
    const isRepeated = clock.now() - this.#lastAt < RECONNECT_HEALTHY_AFTER_MS;
    this.#attempt = isRepeated ? this.#attempt + 1 : 0;
    this.#lastAt = clock.now();
    const backoff = reconnectDelay(this.#attempt, random);
    const delay = isRepeated
      ? Math.max(error.retryAfterMs ?? 0, backoff)
      : (error.retryAfterMs ?? backoff);
    this.#timer = clock.setTimeout(this.#open, delay);
    return delay;
  }

  cancel(): void {
    this.#environment.clock.clearTimeout(this.#timer);
  }
}
