/**
 * What one connection sends: messages of a turn are gathered, joined to frames and written together. A
 * send queue watches the transport while it holds back data.
 */
import { FLUSH, SLOW_CONSUMER } from '../limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Clock } from '../runtime/clock.ts';
import { FlushScheduler, type Flushable } from '../runtime/flush-scheduler.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import { FrameMaker, groupsOf, type Data, type Join } from '../transports/frame.ts';
import type { Transport } from '../transports/transport.ts';
import { SendQueue, type LaggingChannel, type SendQueueOwner } from './send-queue.ts';

export interface OutputShared {
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly flushes: FlushScheduler;
  readonly frames: FrameMaker;
  readonly metrics: Metrics;
  /** While true, nothing is sent: its reader may not see it any more. */
  readonly isHeld: () => boolean;
}

export type CreateOutput = (transport: Transport, owner: OutputOwner) => Output;

export function outputFactory({
  wheel,
  clock,
  metrics,
  isHeld,
}: Omit<OutputShared, 'flushes' | 'frames'>): CreateOutput {
  const frames = new FrameMaker();
  const flushes = new FlushScheduler({ clock, isHeld, onEnd: () => frames.forget() });
  const shared: OutputShared = { wheel, clock, flushes, frames, metrics, isHeld };
  return (transport, owner) => new Output({ transport, shared, owner });
}

export interface OutputOwner {
  readonly join: Join;
  onTooSlow(): void;
  onWritable(): void;
  onFlushError(error: unknown): void;
}

export class Output implements Flushable, SendQueueOwner, Disposable {
  readonly #transport: Transport;
  readonly #shared: OutputShared;
  readonly #owner: OutputOwner;
  #isClosed = false;
  #messages: Data[] | null = null;
  #bytes = 0;
  #flushedAtMs = 0;
  /** Writes in a row that each came soon after the one before. */
  #writesInARow = 0;
  #sendQueue: SendQueue | null = null;

  constructor(options: {
    readonly transport: Transport;
    readonly shared: OutputShared;
    readonly owner: OutputOwner;
  }) {
    this.#transport = options.transport;
    this.#shared = options.shared;
    this.#owner = options.owner;
  }

  get queuedBytes(): number {
    return this.#transport.bufferedBytes + this.#bytes;
  }

  get isCongested(): boolean {
    return this.isLagging || this.queuedBytes > SLOW_CONSUMER.openPauseBytes;
  }

  get isConflating(): boolean {
    return this.#sendQueue?.isConflating ?? false;
  }

  get isLagging(): boolean {
    return this.#sendQueue?.isLagging ?? false;
  }

  get isDraining(): boolean {
    return this.#sendQueue?.isDraining ?? false;
  }

  get isLoaded(): boolean {
    return this.#writesInARow >= FLUSH.loadedAfterWrites;
  }

  catchUpLater(channel: LaggingChannel): void {
    this.#sendQueue?.catchUpLater(channel);
  }

  /** @param requested data is not held against a slow client. */
  push(data: Data, requested: boolean): void {
    if (this.#isClosed) return;
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    if (requested) this.#ensureSendQueue().addRequested(bytes);
    this.#bytes += bytes;
    if (this.#messages === null) {
      this.#messages = [data];
      this.#shared.flushes.add(this);
    } else {
      this.#messages.push(data);
    }
  }

  flush(nowMs: number): void {
    try {
      this.#flush(nowMs);
    } catch (error) {
      this.#owner.onFlushError(error);
    }
  }

  end(): void {
    const messages = this.#messages;
    this.#messages = null;
    this.#isClosed = true;
    const isDropped = this.#sendQueue?.isOverLimit === true || this.#shared.isHeld();
    if (messages !== null && !isDropped) this.#write(messages);
  }

  onLag(): void {
    this.#shared.metrics.slowConsumers.add();
  }

  onTooSlow(): void {
    this.#owner.onTooSlow();
  }

  onWritable(): void {
    this.#owner.onWritable();
  }

  onSendQueueEmpty(): void {
    this.#sendQueue = null;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#sendQueue?.[Symbol.dispose]();
  }

  #flush(nowMs: number): void {
    const messages = this.#messages;
    if (messages === null || this.#isClosed) return;
    this.#messages = null;
    this.#bytes = 0;
    // Waiting pays off as long as more than one message is gathered.
    const isBusy = this.isLoaded
      ? messages.length > 1
      : nowMs - this.#flushedAtMs < FLUSH.loadedGapMs;
    this.#writesInARow = isBusy ? Math.min(this.#writesInARow + 1, FLUSH.loadedAfterWrites) : 0;
    this.#flushedAtMs = nowMs;
    if (this.#sendQueue?.isOverLimit === true) {
      this.#owner.onTooSlow();
      return;
    }
    this.#write(messages);
    if (
      this.#sendQueue !== null ||
      this.#transport.bufferedBytes > SLOW_CONSUMER.conflateThresholdBytes
    )
      this.#ensureSendQueue().check();
  }

  #ensureSendQueue(): SendQueue {
    const { wheel, clock } = this.#shared;
    return (this.#sendQueue ??= new SendQueue({ wheel, clock, owner: this }));
  }

  #write(messages: readonly Data[]): void {
    const { frames: maker, metrics } = this.#shared;
    const { join } = this.#owner;
    const frames = groupsOf(messages, join !== null).map((group) => {
      const frame = maker.make(group, join);
      metrics.frameSent(frame.data.length);
      this.#sendQueue?.addWritten(frame.data.length);
      return frame;
    });
    this.#transport.write(frames);
  }
}
