/**
 * Keeps requests away from a service that does not answer. After a failure, one request at a time finds out whether the
 * service works again, and the others fail at once instead of waiting for the same timeout.
 *
 * - **CB1** While the service answers, requests run at the same time. A failure opens the breaker: for `retryMs`,
 *   requests fail at once with its error.
 * - **CB2** After that, one request is the probe, and the others still fail at once. When the probe fails, the wait
 *   begins again.
 * - **CB3** Each success closes the breaker, also that of an attempt that began before the breaker opened: the service
 *   answers now.
 * - **CB4** Each change of the state begins a generation. The failure of an attempt from an earlier generation changes
 *   nothing, because the state says something newer about the service.
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
  #generation = 0;

  constructor({ clock, retryMs }: CircuitBreakerOptions) {
    this.#clock = clock;
    this.#retryMs = retryMs;
  }

  /**
   * @param attempt rejects only when the service does not answer.
   * @throws E of this attempt, or of the last one.
   */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    this.#enter();
    const generation = this.#generation;
    try {
      const result = await attempt();
      if (this.#state.kind !== 'closed') this.#change({ kind: 'closed' });
      return result;
    } catch (error) {
      if (generation === this.#generation)
        this.#change({ kind: 'open', error: error as E, sinceMs: this.#clock.monotonicMs() });
      throw error;
    }
  }

  #enter(): void {
    const state = this.#state;
    if (state.kind === 'closed') return;
    const isDue =
      state.kind === 'open' && this.#clock.monotonicMs() - state.sinceMs >= this.#retryMs;
    if (!isDue) throw state.error;
    this.#change({ kind: 'probing', error: state.error });
  }

  #change(state: State<E>): void {
    this.#state = state;
    this.#generation++;
  }
}
