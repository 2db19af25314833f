/** One channel of events on one connection. There are as many as connections times five: kept small. */
import type { ChannelName, ErrorBody, MessageOf, User } from '@tandem/protocol';
import { EncodedMessage } from '../runtime/encoded-message.ts';

/** A connection, as channels see it. */
export interface ChannelSubscriber {
  readonly user: User;
  /** Better nothing now that a newer value makes up for. */
  readonly isConflating: boolean;
  /** Nothing new at all. */
  readonly isLagging: boolean;
  /** It was not sent everything, because of `isConflating` or `isLagging`: `catchUp` is called when there is room. */
  hold(subscription: Subscription): void;
  deliver(encoded: EncodedMessage): void;
  /** Sends what it asked for, which is not held against it when it is slow. */
  answer(encoded: EncodedMessage): void;
  /** Runs `step` when more may be opened. A step that fails ends the connection. */
  onDrain(step: () => Promise<void>): void;
  /** The subscription is over, and its end was said. */
  lost(subscription: Subscription): void;
}

/** What a subscription is to. */
export interface Channel {
  readonly name: ChannelName;
  /** Its number on every connection. */
  readonly number: number;
  leave(subscription: Subscription): void;
  /** It was held, and there is room. */
  catchUp(subscription: Subscription): void;
}

export class Subscription {
  readonly subscriber: ChannelSubscriber;
  readonly channel: Channel;
  /** The `ref` of its `subscribe`. */
  readonly ref: number;
  /** `isLagging`: it is sent nothing new until there is room. */
  state: 'opening' | 'live' | 'lagging' | 'over' = 'opening';
  /** Live: it has everything up to here, at least. Lagging: it has nothing after. */
  offset = 0;
  /** Its place among the channel's subscriptions. */
  place = -1;

  constructor(subscriber: ChannelSubscriber, channel: Channel, ref: number) {
    this.subscriber = subscriber;
    this.channel = channel;
    this.ref = ref;
  }

  get isOver(): boolean {
    return this.state === 'over';
  }

  /** The answer to its `subscribe`, or the state anew. */
  answer(body: Omit<MessageOf<'subscribed'>, 'type' | 'channel' | 'ref' | 'name'>): void {
    const { number, name } = this.channel;
    const { ref } = this;
    this.subscriber.answer(
      new EncodedMessage({ type: 'subscribed', channel: number, ref, name, ...body }),
    );
  }

  catchUp(): void {
    if (this.state === 'lagging') this.channel.catchUp(this);
  }

  /** Ends it and says why. */
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

/** The subscriptions of a channel: a list from which any can be taken without a search. */
export class SubscriberList {
  #subscriptions: Subscription[] = [];

  get size(): number {
    return this.#subscriptions.length;
  }

  add(subscription: Subscription): void {
    subscription.place = this.size;
    // Most have one; a list that is pushed to has room for many more.
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

  /** From the last to the first: the one that is visited may leave. */
  each(visit: (subscription: Subscription) => void): void {
    for (let at = this.#subscriptions.length - 1; at >= 0; at--)
      visit(this.#subscriptions[at] as Subscription);
  }

  /** Not to be changed while it is walked. */
  all(): readonly Subscription[] {
    return this.#subscriptions;
  }
}
