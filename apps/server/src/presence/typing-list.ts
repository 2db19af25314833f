/** Who is typing, oldest first. Entries expire after `TYPING_EXPIRY_MS` unless repeated. */
import { MAX_TYPING_NAMES, TYPING_EXPIRY_MS } from '@tandem/protocol';
import { Deadline, type TimerWheel } from '../runtime/timer-wheel.ts';

export class TypingList {
  readonly #wheel: TimerWheel;
  readonly #onChange: () => void;
  readonly #deadlines = new Map<string, Deadline>();

  constructor(wheel: TimerWheel, onChange: () => void) {
    this.#wheel = wheel;
    this.#onChange = onChange;
  }

  start(user: string): void {
    let deadline = this.#deadlines.get(user);
    const came = deadline === undefined;
    if (deadline === undefined) {
      deadline = new Deadline({ expire: () => this.stop(user) });
      this.#deadlines.set(user, deadline);
    }
    this.#wheel.arm(deadline, TYPING_EXPIRY_MS);
    if (came) this.#onChange();
  }

  stop(user: string): void {
    const deadline = this.#deadlines.get(user);
    if (deadline === undefined) return;
    this.#wheel.disarm(deadline);
    this.#deadlines.delete(user);
    this.#onChange();
  }

  has(user: string): boolean {
    return this.#deadlines.has(user);
  }

  get foremost(): string[] {
    return [...this.#deadlines.keys()].slice(0, MAX_TYPING_NAMES + 1);
  }

  /** The list without the user's own name; null: the list for everyone who is not typing. */
  seenBy(user: string | null): string[] {
    const names: string[] = [];
    for (const name of this.#deadlines.keys()) {
      if (names.length === MAX_TYPING_NAMES) break;
      if (name !== user) names.push(name);
    }
    return names;
  }
}
