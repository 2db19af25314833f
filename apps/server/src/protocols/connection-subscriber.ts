/** A connection as a subscriber of event channels. Protocols differ in how they write a message. */
import { MessageTooLargeError, type User } from '@tandem/protocol';
import type { ChannelSubscriber, Sending, Subscription } from '../channels/subscription.ts';
import type { Connection } from '../connection/connection.ts';
import type { EncodedMessage } from '../runtime/encoded-message.ts';

export abstract class ConnectionSubscriber implements ChannelSubscriber {
  protected readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  get user(): User {
    return this.connection.user as User;
  }

  get isConflating(): boolean {
    return this.connection.isConflating;
  }

  get isLagging(): boolean {
    return this.connection.isLagging;
  }

  catchUpLater(subscription: Subscription): void {
    this.connection.catchUpLater(subscription);
  }

  deliver(encoded: EncodedMessage): void {
    this.#send(encoded, false);
  }

  answer(encoded: EncodedMessage): Sending {
    return this.#send(encoded, true);
  }

  onDrain(step: () => Promise<void>): void {
    const { openQueue } = this.connection;
    openQueue.push(() => this.connection.closeOnError(step().finally(() => openQueue.done())));
  }

  abstract lost(subscription: Subscription): void;

  protected abstract write(encoded: EncodedMessage, requested: boolean): void;

  #send(encoded: EncodedMessage, requested: boolean): Sending {
    try {
      this.write(encoded, requested);
    } catch (error) {
      if (error instanceof MessageTooLargeError && encoded.message.type === 'subscribed') {
        this.connection.reportSendError(encoded.message, error);
        return 'too-large';
      }
      this.connection.onSendError(encoded.message, error);
    }
    return 'sent';
  }
}
