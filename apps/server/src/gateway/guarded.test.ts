import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { HELLO_TIMEOUT_MS } from '@tandem/protocol';
import { guarded } from './guarded.ts';
import { fakeConnection } from './testing/fake-connection.ts';

it('ends the connection whose step failed, and leaves nothing unhandled', async () => {
  const { connection, dialogue, socket } = fakeConnection();
  connection.start(dialogue, HELLO_TIMEOUT_MS);
  guarded(connection, Promise.resolve());
  await nextTurn();
  expect(socket.closes).toEqual([]);
  // An unhandled rejection would fail the run.
  guarded(connection, Promise.reject(new Error('a fault')));
  await nextTurn();
  expect([socket.closes, dialogue.ends]).toEqual([[4500], ['abrupt']]);
});
