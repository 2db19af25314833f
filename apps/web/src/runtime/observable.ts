import { useSyncExternalStore } from 'react';

/** A value that plain code writes and React reads. Listeners are called only when the value changes. */
export class Observable<T> {
  readonly #equal: (a: T, b: T) => boolean;
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(value: T, equal: (a: T, b: T) => boolean = Object.is) {
    this.#value = value;
    this.#equal = equal;
  }

  readonly get = (): T => this.#value;

  set(value: T): void {
    if (this.#equal(this.#value, value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.get, observable.get);
}
