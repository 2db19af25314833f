/** Listeners of one event: what one of them throws does not keep it from the others (BU18). */
import type { StopListening } from './bus.ts';

export class ListenerSet<E> {
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<(event: E) => void>();

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: (event: E) => void): StopListening {
    // One function may be added twice, and each addition ends by itself.
    const own = (event: E): void => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(event: E): void {
    for (const listener of this.#listeners)
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
  }
}
