/** One event channel on one connection. There are five per connection: kept small. */
import {
  errorOf,
  type ChannelName,
  type ErrorBody,
  type MessageOf,
  type User,
} from '@tandem/protocol';
import { EncodedMessage } from '../runtime/encoded-message.ts';

/** A message that clients would refuse, and with it the connection, is not sent (W46). */
export type Sending = 'sent' | 'too-large';

export interface ChannelSubscriber {
  readonly user: User;
  /** A newer value replaces droppable messages, so they are skipped. */
  readonly isConflating: boolean;
  readonly isLagging: boolean;
  /** Called after a message was skipped: `catchUp` follows on drain. */
  catchUpLater(subscription: Subscription): void;
  deliver(encoded: EncodedMessage): void;
  /** Sends a requested message, which does not count as lag. */
  answer(encoded: EncodedMessage): Sending;
  /** Runs `step` when more may be opened. A failing step ends the connection. */
  onDrain(step: () => Promise<void>): void;
  lost(subscription: Subscription): void;
}

export interface Channel {
  readonly name: ChannelName;
  readonly number: number;
  leave(subscription: Subscription): void;
  catchUp(subscription: Subscription): void;
}

export class Subscription {
  readonly subscriber: ChannelSubscriber;
  readonly channel: Channel;
  readonly ref: number;
  state: 'opening' | 'live' | 'lagging' | 'over' = 'opening';
  /** Live: the client has at least everything up to here. Lagging: nothing after. */
  offset = 0;
  place = -1;

  constructor(subscriber: ChannelSubscriber, channel: Channel, ref: number) {
    this.subscriber = subscriber;
    this.channel = channel;
    this.ref = ref;
  }

  get isOver(): boolean {
    return this.state === 'over';
  }

  answer(body: Omit<MessageOf<'subscribed'>, 'type' | 'channel' | 'ref' | 'name'>): void {
    const { number, name } = this.channel;
    const { ref } = this;
    const sending = this.subscriber.answer(
      new EncodedMessage({ type: 'subscribed', channel: number, ref, name, ...body }),
    );
    if (sending === 'too-large') this.end(errorOf('too-large', { detail: TOO_LARGE }));
  }

  catchUp(): void {
    if (this.state === 'lagging') this.channel.catchUp(this);
  }

  end(error: ErrorBody): void {
    if (this.isOver) return;
    const isOpening = this.state === 'opening';
    this.channel.leave(this);
    this.subscriber.deliver(
      new EncodedMessage(
        isOpening
          ? { type: 'unsubscribed', channel: 0, ref: this.ref, error }
          : { type: 'unsubscribed', channel: this.channel.number, error },
      ),
    );
    this.subscriber.lost(this);
  }
}

const TOO_LARGE =
  'There is more here than can be sent to a page at once. Nothing is lost. Tell the person who runs this server.';

/** The subscriptions of a channel: a list with constant-time removal. */
export class SubscriberList {
  #subscriptions: Subscription[] = [];

  get size(): number {
    return this.#subscriptions.length;
  }

  add(subscription: Subscription): void {
    subscription.place = this.size;
    // Most have one: a one-element literal takes less memory than a list that was pushed to.
    if (this.size === 0) this.#subscriptions = [subscription];
    else this.#subscriptions.push(subscription);
  }

  remove(subscription: Subscription): void {
    if (subscription.isOver) return;
    subscription.state = 'over';
    const last = this.#subscriptions.pop() as Subscription;
    if (last === subscription) return;
    this.#subscriptions[subscription.place] = last;
    last.place = subscription.place;
  }

  /** Iterates backwards: the visited subscription may leave. */
  each(visit: (subscription: Subscription) => void): void {
    for (let at = this.#subscriptions.length - 1; at >= 0; at--)
      visit(this.#subscriptions[at] as Subscription);
  }

  /** The list must not change during iteration. */
  all(): readonly Subscription[] {
    return this.#subscriptions;
  }
}
