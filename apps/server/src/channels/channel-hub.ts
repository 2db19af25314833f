/**
 * All reliable channels that somebody on this server listens to, or did a moment ago. A channel is
 * made for the first who comes, and goes when nobody has been there for as long as events are kept in memory.
 */
import {
  errorOf,
  readChannelName,
  RECOVERY_MS,
  type ChannelName,
  type ChannelPosition,
} from '@tandem/protocol';
import type { CommittedEvents } from '../storage/command-store.ts';
import { EVENTS } from '../limits.ts';
import { chatKey, keyOf, sharingKey, type ChannelKey } from '../storage/channel-key.ts';
import type { ChannelStore } from './channel-store.ts';
import { EventChannel } from './event-channel.ts';
import { Subscription, type ChannelSubscriber } from './subscription.ts';

export interface ChannelHubOptions {
  readonly store: ChannelStore;
  /** A number that no other channel has, nor any document's. */
  readonly nextNumber: () => number;
  /** One message of events went to that many. */
  readonly onDelivered: (receivers: number) => void;
  /** Somebody came back with a position, and was given what followed it, or the whole state. */
  readonly onRecovery: (given: 'rows' | 'whole') => void;
  readonly onFault: (error: unknown) => void;
}

export interface SubscribeRequest {
  readonly ref: number;
  readonly name: ChannelName;
  /** Of a reliable channel. */
  readonly position?: ChannelPosition | undefined;
}

export class ChannelHub implements Disposable {
  readonly #options: ChannelHubOptions;
  readonly #channels = new Map<ChannelKey, EventChannel>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ChannelHubOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#channels.size;
  }

  /** Begins to let go of what is old. */
  start(): void {
    this.#timer ??= setInterval(() => this.#sweepNow(), EVENTS.sweepIntervalMs).unref();
  }

  /** Answered by `subscribed` or `unsubscribed`. */
  subscribe(
    subscriber: ChannelSubscriber,
    { ref, name, position }: SubscribeRequest,
  ): Subscription {
    const channel = this.#channel(keyOf(name, subscriber.user.id) as ChannelKey, name);
    const subscription = new Subscription(subscriber, channel, ref);
    channel.join(subscription);
    subscriber.onDrain(() =>
      this.#guarded(subscription, async () => {
        if (subscription.isOver) return;
        if (await this.#maySee(name, subscriber.user.id))
          await channel.sendInitialState(subscription, position ?? null);
        else subscription.end(errorOf('not-found'));
      }),
    );
    return subscription;
  }

  /** What the other side lacks after `from`. */
  recover(subscription: Subscription, from: number): void {
    const { channel, subscriber } = subscription;
    if (!(channel instanceof EventChannel)) return;
    subscriber.onDrain(() => this.#guarded(subscription, () => channel.repair(subscription, from)));
  }

  /** In the order of the commits. */
  committed(events: readonly CommittedEvents[]): void {
    for (const run of events) {
      const channel = this.#channels.get(run.key);
      try {
        channel?.committed(run);
      } catch (error) {
        this.#options.onFault(error);
        channel?.end(errorOf('internal'));
      }
    }
  }

  /** Commits may have happened that nobody told. */
  resync(): void {
    for (const channel of this.#channels.values())
      channel.resync().catch((error: unknown) => this.#options.onFault(error));
  }

  /** Somebody may have lost the right to this document's channels. */
  async recheck(document: string): Promise<void> {
    const channels = [chatKey(document), sharingKey(document)]
      .map((key) => this.#channels.get(key))
      .filter((channel) => channel !== undefined);
    if (channels.every(({ subscribers }) => subscribers.size === 0)) return;
    try {
      const maySee = await this.#options.store.whoMaySee(document);
      for (const channel of channels) {
        channel.subscribers.each((subscription) => {
          if (!maySee(subscription.subscriber.user.id)) subscription.end(errorOf('not-found'));
        });
      }
    } catch (error) {
      this.#options.onFault(error);
      // They are asked who they are when they come again.
      for (const channel of channels) channel.end(errorOf('internal'));
    }
  }

  /** Documents of whose channels somebody listens. */
  documents(): ReadonlySet<string> {
    const documents = new Set<string>();
    for (const { name, subscribers } of this.#channels.values()) {
      const { document } = readChannelName(name);
      if (document !== null && subscribers.size > 0) documents.add(document);
    }
    return documents;
  }

  sweep(nowMs: number): void {
    for (const [key, channel] of this.#channels)
      if (channel.sweep(nowMs, RECOVERY_MS) === 'idle') this.#channels.delete(key);
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #sweepNow(): void {
    try {
      this.sweep(Date.now());
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #channel(key: ChannelKey, name: ChannelName): EventChannel {
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      channel = new EventChannel({
        ...this.#options,
        key,
        name,
        number: this.#options.nextNumber(),
      });
      this.#channels.set(key, channel);
    }
    return channel;
  }

  async #maySee(name: ChannelName, user: string): Promise<boolean> {
    const { document } = readChannelName(name);
    return document === null || (await this.#options.store.maySee(document, user));
  }

  /** A step that fails costs this subscription, which may be asked for again. */
  async #guarded(subscription: Subscription, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#options.onFault(error);
      subscription.end(errorOf('internal'));
    }
  }
}
