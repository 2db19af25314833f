/**
 * Watches the unsent data of a connection whose client reads slowly. A send queue exists only while data waits.
 * Data that the client requested by opening documents does not count against it.
 *
 * - above `SLOW_CONSUMER.conflateThresholdBytes`: messages that the next value replaces are not sent
 * - above `SLOW_CONSUMER.lagThresholdBytes`, or above the first for `SLOW_CONSUMER.lagAfterMs`: channels pause
 * - once little waits: paused channels catch up, a few at a time
 * - third lag in a minute, more than `SLOW_CONSUMER.maxQueuedBytes`, or requested data that is not read: the
 *   connection is closed
 */
import { SLOW_CONSUMER } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { WheelTimer, type TimerWheel } from '../runtime/timer-wheel.ts';

export interface LaggingChannel {
  /** Called when there is room again: sends what is missing, or its newest value. */
  catchUp(): void;
}

export interface SendQueueOwner {
  readonly queuedBytes: number;
  onLag(): void;
  onTooSlow(): void;
  onWritable(): void;
  onSendQueueEmpty(): void;
}

export class SendQueue extends WheelTimer implements Disposable {
  readonly #wheel: TimerWheel;
  readonly #clock: Clock;
  readonly #owner: SendQueueOwner;
  readonly #channels = new Set<LaggingChannel>();
  #state: 'waiting' | 'lagging' | 'closed' = 'waiting';
  #requestedBytes = 0;
  #writtenBytes = 0;
  /** Bytes that the client had taken when it last made progress, and the time since then. */
  #takenBytes = 0;
  #stalledMs = 0;
  #conflatingMs = 0;
  #lags: number[] = [];

  constructor(options: {
    readonly wheel: TimerWheel;
    readonly clock: Clock;
    readonly owner: SendQueueOwner;
  }) {
    super();
    this.#wheel = options.wheel;
    this.#clock = options.clock;
    this.#owner = options.owner;
  }

  get isConflating(): boolean {
    return (
      this.#state === 'lagging' || this.#unrequestedBytes > SLOW_CONSUMER.conflateThresholdBytes
    );
  }

  get isLagging(): boolean {
    return this.#state === 'lagging';
  }

  get isOverLimit(): boolean {
    return this.#unrequestedBytes > SLOW_CONSUMER.maxQueuedBytes;
  }

  get isDraining(): boolean {
    return this.armed && this.#stalledMs < SLOW_CONSUMER.stallTimeoutMs;
  }

  addRequested(bytes: number): void {
    this.#requestedBytes += bytes;
  }

  addWritten(bytes: number): void {
    this.#writtenBytes += bytes;
  }

  catchUpLater(channel: LaggingChannel): void {
    this.#channels.add(channel);
    this.#schedule();
  }

  check(): void {
    if (this.#owner.queuedBytes === 0) this.#requestedBytes = 0;
    this.#detectLag();
    if (this.#state !== 'closed') this.#scheduleOrDrop();
  }

  expire(): void {
    const { queuedBytes } = this.#owner;
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
    // Unrequested data stops once the client lags. Requested data does not, so a client that requests data
    // and never reads it is closed here.
    if (
      this.#requestedBytes > SLOW_CONSUMER.openPauseBytes &&
      this.#stalledMs >= SLOW_CONSUMER.stallTimeoutMs
    )
      this.#closeConnection();
    else this.#detectLag();
    if (this.#state === 'closed') return;
    if (queuedBytes <= SLOW_CONSUMER.conflateThresholdBytes) this.#resumeChannels();
    this.#owner.onWritable();
    this.#scheduleOrDrop();
  }

  [Symbol.dispose](): void {
    this.#state = 'closed';
    this.#wheel.disarm(this);
    this.#channels.clear();
  }

  get #unrequestedBytes(): number {
    return this.#owner.queuedBytes - this.#requestedBytes;
  }

  #detectLag(): void {
    if (this.#state !== 'waiting') return;
    if (
      this.#unrequestedBytes <= SLOW_CONSUMER.lagThresholdBytes &&
      this.#conflatingMs < SLOW_CONSUMER.lagAfterMs
    )
      return;
    const nowMs = this.#clock.monotonicMs();
    this.#state = 'lagging';
    this.#lags = [...this.#lags.filter((at) => nowMs - at < SLOW_CONSUMER.lagWindowMs), nowMs];
    this.#owner.onLag();
    if (this.#lags.length === SLOW_CONSUMER.maxLags) this.#closeConnection();
  }

  #resumeChannels(): void {
    this.#state = 'waiting';
    this.#conflatingMs = 0;
    for (const channel of [...this.#channels].slice(0, SLOW_CONSUMER.maxCatchingUp)) {
      this.#channels.delete(channel);
      channel.catchUp();
    }
  }

  #closeConnection(): void {
    this.#state = 'closed';
    this.#owner.onTooSlow();
  }

  /** Recent lags are remembered, so the queue stays until the last one is a minute old. */
  #scheduleOrDrop(): void {
    const nowMs = this.#clock.monotonicMs();
    const isOver =
      this.#owner.queuedBytes === 0 &&
      this.#channels.size === 0 &&
      this.#lags.every((at) => nowMs - at >= SLOW_CONSUMER.lagWindowMs);
    if (!isOver) {
      this.#schedule();
      return;
    }
    this[Symbol.dispose]();
    this.#owner.onSendQueueEmpty();
  }

  #schedule(): void {
    if (!this.armed) this.#wheel.arm(this, SLOW_CONSUMER.checkIntervalMs);
  }
}
