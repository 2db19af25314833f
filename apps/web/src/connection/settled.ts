/** A value that follows another one, but only once the change has lasted for as long as the rule says. */
import { Observable } from '../observable.ts';

export interface Timers {
  now(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** How long a change from `shown` to `next` must have lasted, in milliseconds; `Infinity` for never. */
export type DelayRule<T> = (shown: T, next: T) => number;

export class Settled<T> {
  readonly shown: Observable<T>;
  readonly #rule: DelayRule<T>;
  readonly #timers: Timers;
  /** When the followed value left the one that is shown. */
  #leftAt: number | null = null;
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
      this.#leftAt = null;
      return;
    }
    this.#leftAt ??= this.#timers.now();
    const delay = this.#rule(shown, next);
    const left = delay - (this.#timers.now() - this.#leftAt);
    if (left <= 0) this.#show(next);
    else if (left < Infinity) this.#timer = this.#timers.setTimeout(() => this.#show(next), left);
  }

  stop(): void {
    this.#timers.clearTimeout(this.#timer);
  }

  #show(value: T): void {
    this.#leftAt = null;
    this.shown.set(value);
  }
}
