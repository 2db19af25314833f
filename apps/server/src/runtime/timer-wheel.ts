/**
 * Thousands of coarse timeouts on one system timer: heartbeats, handshakes, leaves, typing. Arming one
 * allocates nothing: the timers of a slot are a ring, linked through themselves. Late ticks are not made up
 * for: after a stall of the process, no client is closed for an answer that still waits to be read.
 *
 * Hashed timing wheel: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987.
 */
import { TIMER_WHEEL } from '../limits.ts';

export interface Expiring {
  expire(deadline: Deadline): void;
}

/** A timeout, armed at most once at a time: arming it again moves it. */
export abstract class WheelTimer {
  /** For the wheel only: the neighbours in the ring, the timer itself where it has none, and rounds left. */
  before: WheelTimer = this;
  after: WheelTimer = this;
  rounds = 0;

  get armed(): boolean {
    return this.after !== this;
  }

  abstract expire(): void;
}

export class Deadline extends WheelTimer {
  readonly owner: Expiring;

  constructor(owner: Expiring) {
    super();
    this.owner = owner;
  }

  expire(): void {
    this.owner.expire(this);
  }
}

class RingMark extends WheelTimer {
  expire(): void {}
}

const SLOTS = 256;

export class TimerWheel implements Disposable {
  readonly #onError: (error: unknown) => void;
  readonly #slots: readonly WheelTimer[] = Array.from({ length: SLOTS }, () => new RingMark());
  readonly #mark = new RingMark();
  #at = 0;
  #armed = 0;
  #state: 'stopped' | 'started' = 'stopped';
  /** Runs only while timers are armed, so that a server without connections sleeps. */
  #timer: NodeJS.Timeout | null = null;

  /** @param onError handles what `expire` throws; the other timers of the tick expire all the same. */
  constructor(onError: (error: unknown) => void = rethrow) {
    this.#onError = onError;
  }

  start(): void {
    this.#state = 'started';
    this.#resume();
  }

  arm(timer: WheelTimer, delayMs: number): void {
    this.disarm(timer);
    const ticks = Math.max(1, Math.ceil(delayMs / TIMER_WHEEL.tickMs));
    timer.rounds = Math.floor((ticks - 1) / SLOTS);
    append(this.#slots[(this.#at + ticks) % SLOTS] as WheelTimer, timer);
    this.#armed++;
    if (this.#timer === null) this.#resume();
  }

  disarm(timer: WheelTimer): void {
    if (!timer.armed) return;
    unlink(timer);
    this.#armed--;
  }

  turn(): void {
    this.#at = (this.#at + 1) % SLOTS;
    const slot = this.#slots[this.#at] as WheelTimer;
    // `expire` may arm timers for one round later, in this very slot: they come behind the mark.
    const mark = this.#mark;
    unlink(mark);
    append(slot, mark);
    while (slot.after !== mark) {
      const timer = slot.after;
      unlink(timer);
      if (timer.rounds-- > 0) append(slot, timer);
      else this.#expire(timer);
    }
    unlink(mark);
    if (this.#armed === 0) this.#pause();
  }

  [Symbol.dispose](): void {
    this.#state = 'stopped';
    this.#pause();
  }

  #resume(): void {
    if (this.#state === 'stopped' || this.#armed === 0) return;
    this.#timer ??= setInterval(() => this.turn(), TIMER_WHEEL.tickMs).unref();
  }

  #pause(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #expire(timer: WheelTimer): void {
    this.#armed--;
    try {
      timer.expire();
    } catch (error) {
      this.#onError(error);
    }
  }
}

function rethrow(error: unknown): void {
  throw error;
}

function append(start: WheelTimer, timer: WheelTimer): void {
  const { before } = start;
  timer.before = before;
  timer.after = start;
  before.after = timer;
  start.before = timer;
}

function unlink(timer: WheelTimer): void {
  const { before, after } = timer;
  before.after = after;
  after.before = before;
  timer.before = timer;
  timer.after = timer;
}
