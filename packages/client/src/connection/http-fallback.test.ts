/** A connection together with its HTTP transports, as in a page. */
import { expect, test, vi } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { bodyWith, FakeHttpServer } from '../testing/fake-http-server.ts';
import { FakeSocket } from '../testing/fake-socket.ts';
import { Connection } from './connection.ts';
import { httpFallback } from './fallback.ts';
import { createTransportMemory } from './transport-choice.ts';

const welcome = bodyWith({
  type: 'welcome',
  channel: 0,
  connection: 'c',
  user: { id: 'u', name: 'Amber Heron', color: 1 },
});

test.each([
  ['stream', 1],
  ['poll', 0],
] as const)('T1: says hello over a %s, and is welcomed', async (kind, free) => {
  const environment = new FakeEnvironment();
  const server = new FakeHttpServer();
  const webSocket = new FakeSocket();
  const connection = new Connection({
    environment,
    schema: 1,
    socket: () => webSocket,
    fallback: httpFallback({
      base: 'http://server',
      fetch: server.fetch,
      environment,
      memory: createTransportMemory(),
      longPollSlots: { take: async () => (free > 0 ? { release: () => undefined } : null) },
    }),
    token: async () => ({ kind: 'token', token: 't' }),
    reachable: async () => 'reachable',
  });
  connection.start();
  await environment.clock.advanceAsync(0);
  webSocket.drop(1006);
  // The code of these transports is loaded when it is needed, in real time.
  await vi.waitFor(async () => {
    await environment.clock.advanceAsync(1);
    expect(server.requests.map(({ path }) => path)).toEqual([kind]);
  }, 15_000);
  expect(server.latest(kind).messages).toMatchObject([{ type: 'hello', token: 't' }]);
  const stream = new ReadableStream({ start: (source) => source.enqueue(welcome) });
  const headers = { 'Tandem-Transport': 'secret', 'Tandem-Sequence': '1' };
  server.latest(kind).answer(200, kind === 'poll' ? welcome : stream, headers);
  await environment.clock.advanceAsync(0);
  expect(connection.state).toMatchObject({ kind: 'connected', transport: kind });
  connection.close();
});
