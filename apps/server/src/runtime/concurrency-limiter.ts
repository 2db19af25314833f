/** How many things of one key, such as a user, happen at the same time. */
export class ConcurrencyLimiter {
  readonly #max: number;
  readonly #running = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Null when there are too many. Dispose of the result at the end. */
  tryBegin(key: string): Disposable | null {
    const running = this.#running.get(key) ?? 0;
    if (running >= this.#max) return null;
    this.#running.set(key, running + 1);
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        const left = (this.#running.get(key) ?? 1) - 1;
        if (left === 0) this.#running.delete(key);
        else this.#running.set(key, left);
      },
    };
  }
}
