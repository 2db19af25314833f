/** A subscriber that keeps received messages; the test controls its backpressure. */
import type { MessageOf, ServerMessage, ServerMessageType } from '@tandem/protocol';
import type { EncodedMessage } from '../../runtime/encoded-message.ts';
import type { ChannelSubscriber, Sending, Subscription } from '../subscription.ts';

export class FakeSubscriber implements ChannelSubscriber {
  readonly user: ChannelSubscriber['user'];
  readonly received: ServerMessage[] = [];
  readonly encoded: EncodedMessage[] = [];
  isConflating = false;
  isLagging = false;
  refuses: (message: ServerMessage) => boolean = () => false;
  readonly #waiting = new Set<Subscription>();

  constructor(user = 'u1') {
    this.user = { id: user, name: user, color: 0 };
  }

  catchUpLater(subscription: Subscription): void {
    this.#waiting.add(subscription);
  }

  deliver(encoded: EncodedMessage): void {
    this.encoded.push(encoded);
    this.received.push(encoded.message);
  }

  answer(encoded: EncodedMessage): Sending {
    if (this.refuses(encoded.message)) return 'too-large';
    this.deliver(encoded);
    return 'sent';
  }

  onDrain(step: () => Promise<void>): void {
    void step();
  }

  lost(): void {}

  relieve(): void {
    this.isConflating = false;
    this.isLagging = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const subscription of waiting) subscription.catchUp();
  }

  of<T extends ServerMessageType>(type: T): MessageOf<T>[] {
    return this.received.filter((message) => message.type === type) as MessageOf<T>[];
  }
}
