/**
 * A step that is repeated until it succeeds, with growing pauses, such as reading again what others have changed.
 * Attempts never overlap: the last one begins after the last request, and so knows what led to it.
 */
import { backoffMs, type Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';

export interface RepeatedAttemptOptions {
  readonly run: () => Promise<void>;
  readonly onFailed: (error: unknown) => void;
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly backoff: Backoff;
}

export class RepeatedAttempt implements Disposable {
  readonly #options: RepeatedAttemptOptions;
  #state: 'idle' | 'running' | 'requested-again' | 'ended' = 'idle';
  #failures = 0;
  #timer: unknown = null;

  constructor(options: RepeatedAttemptOptions) {
    this.#options = options;
  }

  /** Begins an attempt at once, also when one waits; while one runs, another one follows. */
  request(): void {
    if (this.#state === 'running') this.#state = 'requested-again';
    if (this.#state !== 'idle') return;
    this.#clearTimer();
    this.#state = 'running';
    void this.#attempt();
  }

  [Symbol.dispose](): void {
    this.#state = 'ended';
    this.#clearTimer();
  }

  async #attempt(): Promise<void> {
    const { run, onFailed } = this.#options;
    let hasFailed = false;
    try {
      await run();
    } catch (error) {
      hasFailed = true;
      // A closed database fails what the end of the server has interrupted.
      if (!this.#isOver()) onFailed(error);
    }
    if (this.#isOver()) return;
    const isRequested = this.#state === 'requested-again';
    this.#state = 'idle';
    this.#failures = hasFailed ? this.#failures + 1 : 0;
    if (hasFailed) this.#retryLater();
    else if (isRequested) this.request();
  }

  #retryLater(): void {
    const { clock, backoff } = this.#options;
    const delayMs = backoffMs(backoff, this.#failures - 1);
    this.#timer = clock.setTimeout(() => {
      this.#timer = null;
      this.request();
    }, delayMs);
  }

  #isOver(): boolean {
    return this.#state === 'ended';
  }

  #clearTimer(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
