/**
 * Keeps requests away from a service that does not answer. After a failure, one request at a time finds out whether the
 * service works again, and the others fail at once instead of waiting for the same timeout.
 */
import type { Clock } from './clock.ts';

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** From the end of an attempt that failed to the next. */
  readonly retryMs: number;
}

/** `probing`: one request is under way. */
type State<E> =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly error: E; readonly sinceMs: number }
  | { readonly kind: 'probing'; readonly error: E };

export class CircuitBreaker<E extends Error> {
  readonly #clock: Clock;
  readonly #retryMs: number;
  #state: State<E> = { kind: 'closed' };

  constructor({ clock, retryMs }: CircuitBreakerOptions) {
    this.#clock = clock;
    this.#retryMs = retryMs;
  }

  /**
   * @param attempt rejects only when the service does not answer.
   * @throws E of this attempt, or of the last one.
   */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    const isProbe = this.#enter();
    try {
      const result = await attempt();
      this.#state = { kind: 'closed' };
      return result;
    } catch (error) {
      const isOutdated = this.#state.kind === 'probing' && !isProbe;
      if (!isOutdated)
        this.#state = { kind: 'open', error: error as E, sinceMs: this.#clock.monotonicMs() };
      throw error;
    }
  }

  #enter(): boolean {
    const state = this.#state;
    if (state.kind === 'closed') return false;
    const isDue =
      state.kind === 'open' && this.#clock.monotonicMs() - state.sinceMs >= this.#retryMs;
    if (!isDue) throw state.error;
    this.#state = { kind: 'probing', error: state.error };
    return true;
  }
}
