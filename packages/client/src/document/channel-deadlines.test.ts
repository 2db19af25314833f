import { errorOf } from '@tandem/protocol';
import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { CHANNEL, FakeServer } from '../testing/fake-server.ts';
import { opened, text } from '../testing/opened-document.ts';

const opens = (server: FakeServer) =>
  server.sockets.reduce((count, socket) => count + socket.sentOf('open').length, 0);
const requests = (server: FakeServer) => server.socket.sentOf('rows:request').length;

async function unanswered() {
  const server = new FakeServer();
  const session = server.client.openDocument('d');
  await server.connect();
  return { server, session };
}

test('SY40: an open without an answer is sent again after growing waits, the third time on a new connection', async () => {
  const { server } = await unanswered();
  for (const [ms, count] of [
    [9_999, 1],
    [1, 2],
    [19_999, 2],
    [1, 3],
    [39_999, 3],
  ] as const) {
    await server.settle(ms);
    expect(opens(server)).toBe(count);
  }
  expect(server.sockets).toHaveLength(1);
  for (let waitedMs = 0; waitedMs <= 20_500 && server.sockets.length === 1; waitedMs += 250)
    await server.settle(250);
  expect(server.sockets).toHaveLength(2);
  server.socket.open();
  server.socket.welcome();
  expect([server.sockets.length, opens(server)]).toEqual([2, 4]);
  await server.settle(80_000);
  expect([server.sockets.length, opens(server)]).toEqual([2, 6]);
});

test('SY40: meanwhile the status says that the server does not answer, and when it is asked again', async () => {
  const { server, session } = await unanswered();
  text(session).insert(0, 'early');
  expect(session.status.kind).toBe('loading');
  await server.settle(10_000);
  expect(session.status).toMatchObject({
    kind: 'offline',
    cause: 'server',
    pending: 1,
    kept: true,
    retryAt: server.environment.clock.now() + 20_000,
    error: { code: 'overloaded', message: expect.stringContaining('does not answer') },
  });
  await server.answerOpen();
  await server.acknowledge();
  expect(session.status.kind).toBe('saved');
  expect(server.doc.getText('t').toJSON()).toBe('early');
  await server.settle(120_000);
  expect(opens(server)).toBe(2);
});

test('SY40: a person may ask at once', async () => {
  const { server, session } = await unanswered();
  await server.settle(10_000);
  session.reopen();
  await server.settle();
  expect(opens(server)).toBe(3);
  await server.answerOpen();
  expect(session.status.kind).toBe('saved');
});

test('SY40: an answer that is a refusal ends the waits too', async () => {
  const { server, session } = await unanswered();
  await server.settle(10_000);
  const ref = server.socket.sentOf('open').at(-1)?.ref ?? 0;
  server.socket.answer({ type: 'closed', channel: 0, ref, error: errorOf('not-found') });
  expect(session.status.kind).toBe('stopped');
  await server.settle(120_000);
  expect([opens(server), server.sockets.length]).toEqual([2, 1]);
});

test('SY41: while the connection is slow, nothing is asked again', async () => {
  const { server, session } = await unanswered();
  server.socket.answersPings = false;
  for (let second = 0; second < 30; second++) {
    await server.settle(1_000);
    server.socket.answer({ type: 'ping', channel: 0, nonce: second });
  }
  expect([opens(server), session.status.kind]).toEqual([1, 'loading']);
  for (const { nonce } of server.socket.sentOf('ping'))
    server.socket.answer({ type: 'pong', channel: 0, nonce });
  await server.answerOpen();
  await server.settle(2_000);
  expect([opens(server), session.status.kind]).toEqual([1, 'saved']);
});

test('SY33: missing rows are requested again, then the document is opened again', async () => {
  const { server, session } = await opened();
  const remote = server.write('a');
  const rows = (from: number, to: number) =>
    server.socket.answer({ type: 'updates', channel: CHANNEL, from, to, updates: [remote] });
  rows(2, 3);
  await server.settle(0);
  for (const [ms, asked, times] of [
    [0, 1, 1],
    [4_999, 1, 1],
    [1, 2, 1],
    [9_999, 2, 1],
    [1, 3, 1],
    [19_999, 3, 1],
    [1, 3, 2],
  ] as const) {
    await server.settle(ms);
    expect([requests(server), opens(server)]).toEqual([asked, times]);
  }
  server.offset = 3;
  await server.answerOpen();
  expect(text(session).toJSON()).toBe('a');
  await server.settle(120_000);
  expect([requests(server), opens(server)]).toEqual([3, 2]);
});

test('SY33: rows that the opening has promised are requested without a later row; each arrival restarts the wait', async () => {
  const { server, session } = await unanswered();
  const [first, second] = [server.write('a'), server.write('b')];
  const { ref, document } = server.socket.sentOf('open')[0]!;
  const stateVector = Y.encodeStateVector(server.doc);
  const place = { epoch: 'one', timeline: 't1', base: 0, offset: 2, stateVector };
  const given = { type: 'opened', channel: CHANNEL, ref, document, kind: 'page' } as const;
  server.socket.answer({ ...given, title: '', access: 'edit', schema: 1, ...place });
  const row = (from: number, update: Uint8Array) =>
    server.socket.answer({
      type: 'updates',
      channel: CHANNEL,
      from,
      to: from + 1,
      updates: [update],
    });
  await server.settle(4_999);
  row(0, first);
  await server.settle(4_999);
  expect([requests(server), session.status.kind]).toEqual([0, 'loading']);
  await server.settle(1);
  expect(server.socket.sentOf('rows:request')).toMatchObject([{ from: 1 }]);
  row(1, second);
  await server.settle(16);
  expect([text(session).toJSON(), session.status.kind]).toEqual(['ab', 'saved']);
  await server.settle(120_000);
  expect([requests(server), opens(server)]).toEqual([1, 1]);
});

test('SY42: updates that are not acknowledged are sent again, after growing waits', async () => {
  const { server, session } = await opened();
  text(session).insert(0, 'tide');
  await server.settle(16);
  for (const [waitMs, count] of [
    [30_000, 1],
    [60_000, 2],
  ] as const) {
    text(session).insert(0, '.');
    await server.settle(waitMs - 100);
    expect([opens(server), session.status.kind]).toEqual([count, 'saving']);
    await server.settle(100);
    expect(opens(server)).toBe(count + 1);
    await server.answerOpen();
  }
  await server.acknowledge();
  expect([session.status.kind, server.doc.getText('t').toJSON()]).toEqual(['saved', '..tide']);
  await server.settle(300_000);
  expect([opens(server), server.sockets.length]).toEqual([3, 1]);
});

test('SY42: the time in which the server cannot store updates does not count', async () => {
  const { server, session } = await opened();
  text(session).insert(0, 'tide');
  await server.settle(16);
  server.socket.answer({
    type: 'storage:changed',
    channel: CHANNEL,
    error: errorOf('storage-failed'),
  });
  await server.settle(300_000);
  server.socket.answer({ type: 'storage:changed', channel: CHANNEL, error: null });
  await server.settle(29_000);
  expect(opens(server)).toBe(1);
  await server.acknowledge();
  expect(session.status.kind).toBe('saved');
});
