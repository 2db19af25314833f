/**
 * A channel whose newest value alone counts: one message for all, skipped for slow
 * connections.
 */
import { errorOf, type ChannelName, type ChannelState, type ServerMessage } from '@tandem/protocol';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import {
  SubscriberList,
  Subscription,
  type Channel,
  type ChannelSubscriber,
} from './subscription.ts';

export const LATEST = { epoch: 'latest', offset: 0 } as const;

export interface LatestChannelOptions {
  readonly name: ChannelName;
  readonly number: number;
  readonly maySee: (user: string) => boolean;
  readonly state: () => ChannelState;
  readonly onDelivered: (receivers: number) => void;
}

export class LatestChannel implements Channel {
  readonly name: ChannelName;
  readonly number: number;
  readonly #options: LatestChannelOptions;
  readonly #subscribers = new SubscriberList();

  constructor(options: LatestChannelOptions) {
    this.name = options.name;
    this.number = options.number;
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#subscribers.size === 0;
  }

  subscribe(subscriber: ChannelSubscriber, ref: number): Subscription {
    const { maySee, state } = this.#options;
    const subscription = new Subscription(subscriber, this, ref);
    this.#subscribers.add(subscription);
    subscriber.onDrain(async () => {
      if (subscription.isOver) return;
      if (!maySee(subscriber.user.id)) {
        subscription.end(errorOf('not-found'));
        return;
      }
      subscription.answer({ recovered: false, ...LATEST, state: state() });
      if (!subscription.isOver) subscription.state = 'live';
    });
    return subscription;
  }

  /** The next value replaces the skipped ones. */
  catchUp(): void {}

  leave(subscription: Subscription): void {
    this.#subscribers.remove(subscription);
  }

  publish(message: ServerMessage): void {
    const encoded = new EncodedMessage(message);
    const { maySee } = this.#options;
    const refused: Subscription[] = [];
    let receivers = 0;
    this.#subscribers.each((subscription) => {
      const { state, subscriber } = subscription;
      // Who may see it may have changed since (AD5).
      if (!maySee(subscriber.user.id)) refused.push(subscription);
      else if (state === 'live' && !subscriber.isConflating) {
        subscriber.deliver(encoded);
        receivers++;
      }
    });
    for (const subscription of refused) subscription.end(errorOf('not-found'));
    if (receivers > 0) this.#options.onDelivered(receivers);
  }
}
