/** A connection for tests of channels: what it is sent is kept; whether it can take more, the test says. */
import type { MessageOf, ServerMessage, ServerMessageType } from '@tandem/protocol';
import type { Outgoing } from '../../gateway/outgoing.ts';
import type { ChannelSubscriber, Subscription } from '../subscription.ts';

export class FakeSubscriber implements ChannelSubscriber {
  readonly user: ChannelSubscriber['user'];
  readonly received: ServerMessage[] = [];
  readonly outgoing: Outgoing[] = [];
  pressed = false;
  lagging = false;
  readonly #held = new Set<Subscription>();

  constructor(user = 'u1') {
    this.user = { id: user, name: user, color: 0 };
  }

  hold(subscription: Subscription): void {
    this.#held.add(subscription);
  }

  deliver(outgoing: Outgoing): void {
    this.outgoing.push(outgoing);
    this.received.push(outgoing.message);
  }

  answer(outgoing: Outgoing): void {
    this.deliver(outgoing);
  }

  whenRoomy(step: () => Promise<void>): void {
    void step();
  }

  lost(): void {}

  /** There is room again. */
  relieve(): void {
    this.pressed = false;
    this.lagging = false;
    const held = [...this.#held];
    this.#held.clear();
    for (const subscription of held) subscription.catchUp();
  }

  of<T extends ServerMessageType>(type: T): MessageOf<T>[] {
    return this.received.filter((message) => message.type === type) as MessageOf<T>[];
  }
}
