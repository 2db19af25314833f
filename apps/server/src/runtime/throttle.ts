/** Runs a function at most once per interval: at once after a pause, otherwise at the end of the interval. */

export class Throttle implements Disposable {
  readonly #intervalMs: () => number;
  readonly #run: () => void;
  readonly #onError: (error: unknown) => void;
  #lastRunMs = -Infinity;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param intervalMs a function is evaluated at each schedule.
   * @param onError handles what `run` throws; later runs are not affected.
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
