/**
 * All reliable channels with recent subscribers on this server. A channel is created for the first
 * subscriber and dropped once it has had none for the retention time of its events.
 */
import {
  errorOf,
  readChannelName,
  RECOVERY_MS,
  type ChannelName,
  type ChannelPosition,
} from '@tandem/protocol';
import type { ChannelHead } from '../storage/cluster-log.ts';
import type { CommittedEvents } from '../storage/command-store.ts';
import { EVENTS } from '../storage/limits.ts';
import {
  chatKey,
  commentsKey,
  keyOf,
  sharingKey,
  type ChannelKey,
} from '../storage/channel-key.ts';
import type { ChannelStore } from './channel-store.ts';
import { EventChannel, type EventChannelOptions } from './event-channel.ts';
import { Subscription, type ChannelSubscriber } from './subscription.ts';

export interface ChannelHubOptions {
  readonly store: ChannelStore;
  readonly nextNumber: () => number;
  readonly onDelivered: (receivers: number) => void;
  readonly onRecovery: (given: 'rows' | 'whole') => void;
  readonly onFault: (error: unknown) => void;
  readonly onLive: EventChannelOptions['onLive'];
}

export interface SubscribeRequest {
  readonly ref: number;
  readonly name: ChannelName;
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

  start(): void {
    this.#timer ??= setInterval(() => this.#sweepNow(), EVENTS.sweepIntervalMs).unref();
  }

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
          await channel.sendInitialState(subscription, isWhole(name) ? null : (position ?? null));
        else subscription.end(errorOf('not-found'));
      }),
    );
    return subscription;
  }

  find(key: ChannelKey): EventChannel | undefined {
    return this.#channels.get(key);
  }

  recover(subscription: Subscription, from: number): void {
    const { channel, subscriber } = subscription;
    if (!(channel instanceof EventChannel)) return;
    subscriber.onDrain(() => this.#guarded(subscription, () => channel.repair(subscription, from)));
  }

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

  /** Other nodes have published up to these positions. */
  moved(heads: readonly ChannelHead[]): void {
    for (const { key, ...position } of heads)
      this.#channels
        .get(key)
        ?.moved(position)
        .catch((error: unknown) => this.#options.onFault(error));
  }

  resync(): void {
    for (const channel of this.#channels.values())
      channel.resync().catch((error: unknown) => this.#options.onFault(error));
  }

  async recheck(document: string): Promise<void> {
    const channels = [chatKey(document), commentsKey(document), sharingKey(document)]
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
      await this.#channels.get(sharingKey(document))?.refresh();
    } catch (error) {
      this.#options.onFault(error);
      // Subscribing again checks access again.
      for (const channel of channels) channel.end(errorOf('internal'));
    }
  }

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

  /** A failing step ends only this subscription, which the client may renew. */
  async #guarded(subscription: Subscription, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#options.onFault(error);
      subscription.end(errorOf('internal'));
    }
  }
}

/** What changes around a document is no event of its sharing, so that events do not lead from a position to the state (W47). */
function isWhole(name: ChannelName): boolean {
  return readChannelName(name).type === 'sharing';
}
