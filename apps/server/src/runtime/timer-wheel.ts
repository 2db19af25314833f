/**
 * All slow time of the gateway on one timer: heartbeats, hello deadlines, leaves, typing. A deadline
 * costs nothing but itself: those of a slot are a ring, linked through them. A turn that comes late is not
 * made up for, so that after a stall of the process nobody is closed for an answer that is still waiting
 * to be read.
 */
import { TIMER_WHEEL } from '../limits.ts';

export interface Expiring {
  expire(deadline: Deadline): void;
}

/** Something that may happen later to its owner; armed again, it moves. */
export class Deadline {
  readonly owner: Expiring;
  /** The wheel's own: its neighbours in the ring, itself where it has none, and how many turns are left. */
  before: Deadline = this;
  after: Deadline = this;
  rounds = 0;

  constructor(owner: Expiring) {
    this.owner = owner;
  }

  get armed(): boolean {
    return this.after !== this;
  }
}

const SLOTS = 256;

export class TimerWheel implements Disposable {
  readonly #onError: (error: unknown) => void;
  readonly #slots: readonly Deadline[] = Array.from({ length: SLOTS }, ringStart);
  readonly #mark = ringStart();
  #at = 0;
  #timer: NodeJS.Timeout | null = null;

  /** @param onError is told of an owner that failed to expire; the others of its turn expire all the same. */
  constructor(onError: (error: unknown) => void = rethrow) {
    this.#onError = onError;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.turn(), TIMER_WHEEL.tickMs).unref();
  }

  /** `deadline` expires after `delayMs`, rounded up to a tick. */
  arm(deadline: Deadline, delayMs: number): void {
    this.disarm(deadline);
    const ticks = Math.max(1, Math.ceil(delayMs / TIMER_WHEEL.tickMs));
    deadline.rounds = Math.floor((ticks - 1) / SLOTS);
    append(this.#slots[(this.#at + ticks) % SLOTS] as Deadline, deadline);
  }

  disarm(deadline: Deadline): void {
    take(deadline);
  }

  /** One tick. */
  turn(): void {
    this.#at = (this.#at + 1) % SLOTS;
    const slot = this.#slots[this.#at] as Deadline;
    // Owners arm and disarm while it is walked, a whole round away into this very slot: that is behind the mark.
    const mark = this.#mark;
    take(mark);
    append(slot, mark);
    while (slot.after !== mark) {
      const deadline = slot.after;
      take(deadline);
      if (deadline.rounds-- > 0) append(slot, deadline);
      else this.#expire(deadline);
    }
    take(mark);
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #expire(deadline: Deadline): void {
    try {
      deadline.owner.expire(deadline);
    } catch (error) {
      this.#onError(error);
    }
  }
}

function rethrow(error: unknown): void {
  throw error;
}

/** Where a ring begins and ends: a deadline that is nobody's. */
function ringStart(): Deadline {
  return new Deadline({ expire: () => {} });
}

/** Puts `deadline`, which is in no ring, at the end of one. */
function append(start: Deadline, deadline: Deadline): void {
  const { before } = start;
  deadline.before = before;
  deadline.after = start;
  before.after = deadline;
  start.before = deadline;
}

function take(deadline: Deadline): void {
  const { before, after } = deadline;
  before.after = after;
  after.before = before;
  deadline.before = deadline;
  deadline.after = deadline;
}
