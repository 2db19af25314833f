import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { HELLO_TIMEOUT_MS, PING_INTERVAL_MS, PING_JITTER } from '@tandem/protocol';
import { fakeConnection } from '../../connection/testing/fake-connection.ts';
import { FeedProtocol, type FeedProtocolOptions } from './feed-protocol.ts';
import { FEED_HEARTBEAT } from './feed-format.ts';
import { FeedTransport } from './feed-transport.ts';

test('says something now and then, and expects no answer (S5)', () => {
  const { connection, socket, turn, pass } = fakeConnection();
  const protocol = new FeedProtocol({
    connection,
    transport: new FeedTransport({} as ServerResponse),
    services: {} as FeedProtocolOptions['services'],
    request: { name: 'library', position: null, cookie: null, hasMetricsToken: false },
  });
  connection.start(protocol, HELLO_TIMEOUT_MS);
  connection.onAuthenticated({ id: 'ada', name: 'Ada', color: 1 });
  for (let beat = 1; beat <= 4; beat++) {
    pass(PING_INTERVAL_MS * (1 + PING_JITTER));
    turn();
    expect(socket.sent.length).toBeGreaterThanOrEqual(beat);
  }
  expect(socket.sent[0]).toBe(FEED_HEARTBEAT);
  expect(socket.closes).toEqual([]);
});
