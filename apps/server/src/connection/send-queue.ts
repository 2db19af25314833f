/**
 * What waits to go out on one connection that takes less than it is sent. It exists only while something
 * waits. What a connection asked for by opening documents is not held against it.
 *
 * - above `SLOW_CONSUMER.conflateThresholdBytes`: nothing is sent that the next value makes up for
 * - above `SLOW_CONSUMER.lagThresholdBytes`, or pressed for `SLOW_CONSUMER.lagAfterMs`: nothing new is sent at all
 * - once little waits: the channels that held something back catch up, a few at a time
 * - lagging for the third time in a minute, or asking for much and taking nothing: the end
 */
import { SLOW_CONSUMER } from '../limits.ts';
import { Deadline, type Expiring, type TimerWheel } from '../runtime/timer-wheel.ts';

/** A channel of the connection that held something back. */
export interface LaggingChannel {
  /** There is room: send what is missing, or the newest of it. */
  catchUp(): void;
}

export interface BacklogCallbacks {
  queuedBytes(): number;
  /** It begins to lag. */
  lagged(): void;
  /** It is too slow to go on. */
  slow(): void;
  /** There may be room again for more to be opened. */
  isWritable(): void;
  /** Nothing waits any more, and nobody has to catch up: it can be forgotten. */
  empty(): void;
}

export class SendQueue implements Expiring, Disposable {
  readonly #wheel: TimerWheel;
  readonly #callbacks: BacklogCallbacks;
  readonly #deadline = new Deadline(this);
  readonly #held = new Set<LaggingChannel>();
  #state: 'waiting' | 'lagging' | 'over' = 'waiting';
  /** What it asked for, as far as it may still be waiting. */
  #requestedBytes = 0;
  #writtenBytes = 0;
  /** What it had taken when it last took a good deal, and for how long it has not since. */
  #takenBytes = 0;
  #stalledMs = 0;
  #conflatingMs = 0;
  /** When it began to lag, as far as that counts. */
  #lags: number[] = [];

  constructor(wheel: TimerWheel, callbacks: BacklogCallbacks) {
    this.#wheel = wheel;
    this.#callbacks = callbacks;
  }

  get isOverConflateThreshold(): boolean {
    return (
      this.#state === 'lagging' || this.#unrequestedBytes > SLOW_CONSUMER.conflateThresholdBytes
    );
  }

  get isLagging(): boolean {
    return this.#state === 'lagging';
  }

  /** More waits than even a channel that never lags may have. */
  get isOverLimit(): boolean {
    return this.#unrequestedBytes > SLOW_CONSUMER.maxQueuedBytes;
  }

  /** Something waits, and it is being taken. */
  get isMoving(): boolean {
    return this.#deadline.armed && this.#stalledMs < SLOW_CONSUMER.stallTimeoutMs;
  }

  requested(bytes: number): void {
    this.#requestedBytes += bytes;
  }

  wrote(bytes: number): void {
    this.#writtenBytes += bytes;
  }

  hold(channel: LaggingChannel): void {
    this.#held.add(channel);
    this.#watch();
  }

  /** After something was written. */
  look(): void {
    if (this.#callbacks.queuedBytes() === 0) this.#requestedBytes = 0;
    this.#judge();
    if (this.#state !== 'over') this.#settle();
  }

  expire(): void {
    const queuedBytes = this.#callbacks.queuedBytes();
    if (queuedBytes === 0) this.#requestedBytes = 0;
    const takenBytes = this.#writtenBytes - queuedBytes;
    if (queuedBytes === 0 || takenBytes - this.#takenBytes >= SLOW_CONSUMER.minProgressBytes) {
      this.#takenBytes = takenBytes;
      this.#stalledMs = 0;
    } else {
      this.#stalledMs += SLOW_CONSUMER.checkIntervalMs;
    }
    this.#conflatingMs =
      this.#unrequestedBytes > SLOW_CONSUMER.conflateThresholdBytes
        ? this.#conflatingMs + SLOW_CONSUMER.checkIntervalMs
        : 0;
    // Who is fed and does not eat is stopped by not being fed; who asked for it is not.
    if (
      this.#requestedBytes > SLOW_CONSUMER.openPauseBytes &&
      this.#stalledMs >= SLOW_CONSUMER.stallTimeoutMs
    )
      this.#giveUp();
    else this.#judge();
    if (this.#state === 'over') return;
    if (queuedBytes <= SLOW_CONSUMER.conflateThresholdBytes) this.#relieve();
    this.#callbacks.isWritable();
    this.#settle();
  }

  [Symbol.dispose](): void {
    this.#state = 'over';
    this.#wheel.disarm(this.#deadline);
    this.#held.clear();
  }

  get #unrequestedBytes(): number {
    return this.#callbacks.queuedBytes() - this.#requestedBytes;
  }

  #judge(): void {
    if (this.#state !== 'waiting') return;
    if (
      this.#unrequestedBytes <= SLOW_CONSUMER.lagThresholdBytes &&
      this.#conflatingMs < SLOW_CONSUMER.lagAfterMs
    )
      return;
    const nowMs = performance.now();
    this.#state = 'lagging';
    this.#lags = [...this.#lags.filter((at) => nowMs - at < SLOW_CONSUMER.lagWindowMs), nowMs];
    this.#callbacks.lagged();
    if (this.#lags.length === SLOW_CONSUMER.maxLags) this.#giveUp();
  }

  #relieve(): void {
    this.#state = 'waiting';
    this.#conflatingMs = 0;
    for (const channel of [...this.#held].slice(0, SLOW_CONSUMER.maxCatchingUp)) {
      this.#held.delete(channel);
      channel.catchUp();
    }
  }

  #giveUp(): void {
    this.#state = 'over';
    this.#callbacks.slow();
  }

  /** Goes on watching as long as there is something to watch, or to remember. */
  #settle(): void {
    const nowMs = performance.now();
    const isOver =
      this.#callbacks.queuedBytes() === 0 &&
      this.#held.size === 0 &&
      this.#lags.every((at) => nowMs - at >= SLOW_CONSUMER.lagWindowMs);
    if (!isOver) {
      this.#watch();
      return;
    }
    this[Symbol.dispose]();
    this.#callbacks.empty();
  }

  #watch(): void {
    if (!this.#deadline.armed) this.#wheel.arm(this.#deadline, SLOW_CONSUMER.checkIntervalMs);
  }
}
