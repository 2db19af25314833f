import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { HELLO_TIMEOUT_MS } from '@tandem/protocol';
import { catchAndClose } from './catch-and-close.ts';
import { fakeConnection } from './testing/fake-connection.ts';

it('ends the connection whose step failed, and leaves nothing unhandled', async () => {
  const { connection, protocol, socket } = fakeConnection();
  connection.start(protocol, HELLO_TIMEOUT_MS);
  catchAndClose(connection, Promise.resolve());
  await nextTurn();
  expect(socket.closes).toEqual([]);
  // An unhandled rejection would fail the run.
  catchAndClose(connection, Promise.reject(new Error('a fault')));
  await nextTurn();
  expect([socket.closes, protocol.ends]).toEqual([[4500], ['abrupt']]);
});
