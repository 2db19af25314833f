/** Runs something at most once per interval: at once after a pause, then at the interval's end. */

export class Throttle implements Disposable {
  readonly #intervalMs: () => number;
  readonly #run: () => void;
  readonly #onError: (error: unknown) => void;
  #lastRunMs = -Infinity;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param intervalMs the interval, or how long it is now.
   * @param onError is told when `run` failed; it runs again as it would have.
   */
  constructor(
    intervalMs: number | (() => number),
    run: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#intervalMs = typeof intervalMs === 'number' ? () => intervalMs : intervalMs;
    this.#run = run;
    this.#onError = onError;
  }

  schedule(): void {
    if (this.#timer !== null) return;
    const waitMs = this.#lastRunMs + this.#intervalMs() - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#lastRunMs = performance.now();
        try {
          this.#run();
        } catch (error) {
          this.#onError(error);
        }
      },
      Math.max(0, waitMs),
    );
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
