/**
 * A set of listeners, which may be functions or objects. A listener that throws does not keep the
 * others from being called: its error is thrown again outside of `notify`, where the page or the
 * process reports it as uncaught.
 */
export class Listeners<T> {
  readonly #listeners = new Set<T>();

  add(listener: T): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Skips listeners that are removed or added meanwhile. */
  notify(call: (listener: T) => void): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue;
      try {
        call(listener);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  collect<R>(call: (listener: T) => readonly R[]): readonly R[] {
    const all: R[] = [];
    this.notify((listener) => all.push(...call(listener)));
    return all;
  }

  clear(): void {
    this.#listeners.clear();
  }
}
