/**
 * Schedules another attempt at what the server refused for now: follows the server's `retryAfterMs`
 * at first, and backs off when refusals repeat.
 */
import { RECONNECT_HEALTHY_AFTER_MS, type ErrorBody } from '@tandem/protocol';
import { reconnectDelayMs } from './backoff.ts';
import type { Environment } from './environment.ts';

export class RefusalRetry {
  readonly #environment: Pick<Environment, 'clock' | 'random'>;
  readonly #retry: () => void;
  #attempt = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #timer: unknown = null;

  constructor(environment: Pick<Environment, 'clock' | 'random'>, retry: () => void) {
    this.#environment = environment;
    this.#retry = retry;
  }

  /** @returns the delay in milliseconds */
  schedule(error: ErrorBody): number {
    const { clock, random } = this.#environment;
    const isRepeated = clock.now() - this.#lastAt < RECONNECT_HEALTHY_AFTER_MS;
    this.#attempt = isRepeated ? this.#attempt + 1 : 0;
    this.#lastAt = clock.now();
    const backoff = reconnectDelayMs(this.#attempt, random);
    const delay = isRepeated
      ? Math.max(error.retryAfterMs ?? 0, backoff)
      : (error.retryAfterMs ?? backoff);
    this.#timer = clock.setTimeout(this.#retry, delay);
    return delay;
  }

  cancel(): void {
    this.#environment.clock.clearTimeout(this.#timer);
  }
}
