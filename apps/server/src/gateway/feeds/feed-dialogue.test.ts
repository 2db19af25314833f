import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { HELLO_TIMEOUT_MS, PING_INTERVAL_MS, PING_JITTER } from '@tandem/protocol';
import { fakeConnection } from '../testing/fake-connection.ts';
import { FeedDialogue, type FeedDialogueOptions } from './feed-dialogue.ts';
import { FEED_HEARTBEAT } from './feed-format.ts';
import { FeedTransport } from './feed-transport.ts';

it('says something now and then, and expects no answer (S5)', () => {
  const { connection, socket, turn, pass } = fakeConnection();
  const dialogue = new FeedDialogue({
    connection,
    transport: new FeedTransport({} as ServerResponse),
    services: {} as FeedDialogueOptions['services'],
    request: { name: 'library', position: null, cookie: null, hasMetricsToken: false },
  });
  connection.start(dialogue, HELLO_TIMEOUT_MS);
  connection.introduced({ id: 'ada', name: 'Ada', color: 1 });
  for (let beat = 1; beat <= 4; beat++) {
    pass(PING_INTERVAL_MS * (1 + PING_JITTER));
    turn();
    expect(socket.sent.length).toBeGreaterThanOrEqual(beat);
  }
  expect(socket.sent[0]).toBe(FEED_HEARTBEAT);
  expect(socket.closes).toEqual([]);
});
