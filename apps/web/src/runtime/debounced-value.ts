/** A value that follows another one once a change has lasted for as long as a rule demands. */
import { Observable } from './observable.ts';

export interface Timers {
  now(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

export const browserTimers: Timers = {
  now: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** How long a change from `shown` to `next` must last, in milliseconds; `Infinity`: never shown. */
export type DelayRule<T> = (shown: T, next: T) => number;

export class DebouncedValue<T> {
  readonly shown: Observable<T>;
  readonly #rule: DelayRule<T>;
  readonly #timers: Timers;
  #changedAt: number | null = null;
  #timer: unknown = null;

  constructor(value: T, rule: DelayRule<T>, timers: Timers) {
    this.shown = new Observable(value);
    this.#rule = rule;
    this.#timers = timers;
  }

  follow(next: T): void {
    this.#timers.clearTimeout(this.#timer);
    const shown = this.shown.get();
    if (next === shown) {
      this.#changedAt = null;
      return;
    }
    this.#changedAt ??= this.#timers.now();
    const delay = this.#rule(shown, next);
    const left = delay - (this.#timers.now() - this.#changedAt);
    if (left <= 0) this.#show(next);
    else if (left < Infinity) this.#timer = this.#timers.setTimeout(() => this.#show(next), left);
  }

  stop(): void {
    this.#timers.clearTimeout(this.#timer);
  }

  #show(value: T): void {
    this.#changedAt = null;
    this.shown.set(value);
  }
}
