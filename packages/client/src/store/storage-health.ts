/**
 * Tracks whether this device's storage answers, and defines the behaviour while it does not:
 *
 * 1. A database that does not open in time is not used until the page is reloaded. If it opens
 *    later, it is closed at once (browser-stores.ts).
 * 2. A read fails after a limit. While any answer is overdue, further reads fail at once. When all
 *    overdue calls have been answered, the storage is used again.
 * 3. A write has no limit, and its content is not reported as kept before it is answered. A late
 *    answer counts: each write is one transaction, which is valid at any time.
 * 4. A document whose copy could not be read is not written to while it is open
 *    (document-persistence.ts).
 */
import type { Clock } from '../environment.ts';
import { Listeners } from '../listeners.ts';
import { answerWithin, NoAnswerError, onOverdue, startNow } from './answer-within.ts';

/**
 * How long a call to a store may take.
 * - `bounded`: up to the limit, a read (rule 2)
 * - `patient`: any time, a write (rule 3)
 * - `bounded-write`: up to the limit; a late answer counts all the same
 * - `immediate`: answers before it returns
 */
export type WaitPolicy = 'bounded' | 'patient' | 'bounded-write' | 'immediate';

export class StorageHealth {
  readonly #clock: Clock;
  readonly #listeners = new Listeners<() => void>();
  readonly #failed = { bounded: false, patient: false };
  #overdue = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isHealthy(): boolean {
    return this.#overdue === 0 && !this.#failed.bounded && !this.#failed.patient;
  }

  /** The last write failed: most likely the device is full. */
  get failsToWrite(): boolean {
    return this.#failed.patient;
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  watch<S extends object>(store: S, waiting: Readonly<Record<keyof S, WaitPolicy>>): S {
    return new Proxy(store, {
      get: (target, name: string & keyof S) => {
        const method = target[name];
        const kind = waiting[name];
        if (typeof method !== 'function' || kind === 'immediate') return method;
        return (...given: unknown[]) =>
          this.#ask(kind, () => Reflect.apply(method, target, given) as Promise<unknown>);
      },
    });
  }

  #ask(kind: Exclude<WaitPolicy, 'immediate'>, ask: () => Promise<unknown>): Promise<unknown> {
    if (kind !== 'patient' && this.#overdue > 0)
      return Promise.reject(new NoAnswerError('The storage of this device does not answer.'));
    const answer = startNow(ask);
    this.#follow(kind === 'bounded' ? 'bounded' : 'patient', answer);
    return kind === 'patient' ? answer : answerWithin(() => answer, { clock: this.#clock });
  }

  #follow(kind: 'bounded' | 'patient', answer: Promise<unknown>): void {
    let isOverdue = false;
    onOverdue(answer, { clock: this.#clock }, () => {
      isOverdue = true;
      this.#change(() => this.#overdue++);
    });
    const settled = (hasFailed: boolean) =>
      this.#change(() => {
        if (isOverdue) this.#overdue--;
        this.#failed[kind] = hasFailed;
      });
    answer.then(
      () => settled(false),
      () => settled(true),
    );
  }

  #change(change: () => void): void {
    const before = [this.isHealthy, this.failsToWrite];
    change();
    if (before[0] !== this.isHealthy || before[1] !== this.failsToWrite)
      this.#listeners.notify((listener) => listener());
  }
}
