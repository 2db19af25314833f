/** The event channels of one native connection. */
import {
  channelName,
  errorOf,
  MAX_CHANNELS_PER_CONNECTION,
  type Codec,
  type ErrorBody,
  type MessageOf,
} from '@tandem/protocol';
import type { EventChannels } from '../../channels/event-channels.ts';
import type { Subscription } from '../../channels/subscription.ts';
import type { Connection } from '../../connection/connection.ts';
import type { Data } from '../../transports/frame.ts';
import { EncodedMessage } from '../../runtime/encoded-message.ts';
import { ConnectionSubscriber } from '../connection-subscriber.ts';

export class EventSubscriptions extends ConnectionSubscriber {
  readonly #codec: Codec<Data>;
  readonly #channels: EventChannels;
  /** A list: there are few, and a map takes more memory. */
  #subscriptions: readonly Subscription[] = [];

  constructor(connection: Connection, codec: Codec<Data>, channels: EventChannels) {
    super(connection);
    this.#codec = codec;
    this.#channels = channels;
  }

  get size(): number {
    return this.#subscriptions.length;
  }

  subscribe(message: MessageOf<'subscribe'>, others: number): void {
    const { ref, position } = message;
    const name = channelName.safeParse(message.name).data;
    if (name === undefined) {
      this.#refuse(ref, errorOf('not-found', { detail: 'There is no channel of this name.' }));
      return;
    }
    // A client subscribes again to restart a channel.
    this.#leave(this.#subscriptions.find(({ channel }) => channel.name === name));
    if (others + this.size >= MAX_CHANNELS_PER_CONNECTION) {
      const detail = `A connection may have ${MAX_CHANNELS_PER_CONNECTION} channels.`;
      this.#refuse(ref, errorOf('too-many', { detail }));
      return;
    }
    const subscription = this.#channels.subscribe(this, { ref, name, position });
    // `push` would reserve room for many more.
    if (!subscription.isOver) this.#subscriptions = this.#subscriptions.concat(subscription);
  }

  unsubscribe(channel: number): void {
    this.#leave(this.#find(channel));
  }

  recover({ channel, from }: MessageOf<'recover'>): void {
    const subscription = this.#find(channel);
    // The client may not know yet that the channel has ended.
    if (subscription !== undefined) this.#channels.hub.recover(subscription, from);
  }

  setTyping(channel: number, typing: 'start' | 'stop'): void {
    const subscription = this.#find(channel);
    if (subscription === undefined) return;
    if (typing === 'stop') this.#channels.typing.stop(subscription);
    else this.connection.closeOnError(this.#channels.typing.start(subscription));
  }

  end(): void {
    for (const subscription of this.#subscriptions) {
      subscription.channel.leave(subscription);
      this.#channels.typing.left(subscription);
    }
    this.#subscriptions = [];
  }

  lost(subscription: Subscription): void {
    this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
  }

  protected write(encoded: EncodedMessage, requested: boolean): void {
    this.connection.queue(encoded.as(this.#codec, this.#codec.encode), requested);
  }

  #refuse(ref: number, error: ErrorBody): void {
    this.deliver(new EncodedMessage({ type: 'unsubscribed', channel: 0, ref, error }));
  }

  #leave(subscription: Subscription | undefined): void {
    if (subscription === undefined) return;
    subscription.channel.leave(subscription);
    this.#channels.typing.left(subscription);
    this.lost(subscription);
  }

  #find(number: number): Subscription | undefined {
    return this.#subscriptions.find(({ channel }) => channel.number === number);
  }
}
