/**
 * All slow time of the gateway on one timer: heartbeats, hello deadlines, leaves, typing. A deadline
 * costs an entry in a set. A turn that comes late is not made up for, so that after a stall of the
 * process nobody is closed for an answer that is still waiting to be read.
 */
import { WHEEL_TICK_MS } from '../limits.ts';

export interface Expiring {
  expire(deadline: Deadline): void;
}

/** Something that may happen later to its owner; armed again, it moves. */
export class Deadline {
  readonly owner: Expiring;
  /** The wheel's own: where this is, and how many turns are left. */
  slot: Set<Deadline> | null = null;
  rounds = 0;

  constructor(owner: Expiring) {
    this.owner = owner;
  }

  get armed(): boolean {
    return this.slot !== null;
  }
}

const SLOTS = 256;

export class TimerWheel implements Disposable {
  readonly #slots: readonly Set<Deadline>[] = Array.from(
    { length: SLOTS },
    () => new Set<Deadline>(),
  );
  #at = 0;
  #timer: NodeJS.Timeout | null = null;

  start(): void {
    this.#timer ??= setInterval(() => this.turn(), WHEEL_TICK_MS).unref();
  }

  /** `deadline` expires after `delayMs`, rounded up to a tick. */
  arm(deadline: Deadline, delayMs: number): void {
    this.disarm(deadline);
    const ticks = Math.max(1, Math.ceil(delayMs / WHEEL_TICK_MS));
    deadline.rounds = Math.floor((ticks - 1) / SLOTS);
    deadline.slot = this.#slots[(this.#at + ticks) % SLOTS] as Set<Deadline>;
    deadline.slot.add(deadline);
  }

  disarm(deadline: Deadline): void {
    deadline.slot?.delete(deadline);
    deadline.slot = null;
  }

  /** One tick. */
  turn(): void {
    this.#at = (this.#at + 1) % SLOTS;
    const slot = this.#slots[this.#at] as Set<Deadline>;
    // A copy: owners arm and disarm while it is walked, a whole round away into this very slot.
    for (const deadline of [...slot]) {
      if (deadline.slot !== slot) continue;
      if (deadline.rounds > 0) {
        deadline.rounds--;
        continue;
      }
      this.disarm(deadline);
      deadline.owner.expire(deadline);
    }
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
