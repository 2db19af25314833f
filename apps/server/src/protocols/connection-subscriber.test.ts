import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HELLO_TIMEOUT_MS, MessageTooLargeError, type MessageOf } from '@tandem/protocol';
import { fakeConnection } from '../connection/testing/fake-connection.ts';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import { ConnectionSubscriber } from './connection-subscriber.ts';

class FailingSubscriber extends ConnectionSubscriber {
  readonly error: Error;

  constructor(connection: ConstructorParameters<typeof ConnectionSubscriber>[0], error: Error) {
    super(connection);
    this.error = error;
  }

  lost(): void {}

  protected write(): void {
    throw this.error;
  }
}

const STATE = new EncodedMessage({ type: 'subscribed', channel: 5 } as MessageOf<'subscribed'>);

test.each([
  { error: new MessageTooLargeError('24 MB'), sending: 'too-large', closes: [] },
  { error: new Error('a bug'), sending: 'sent', closes: [4500] },
])('W46 a state that cannot be sent: $error', async ({ error, sending, closes }) => {
  const { connection, protocol, socket } = fakeConnection();
  connection.start(protocol, HELLO_TIMEOUT_MS);
  expect(new FailingSubscriber(connection, error).answer(STATE)).toBe(sending);
  await nextTurn();
  expect(socket.closes).toEqual(closes);
});
