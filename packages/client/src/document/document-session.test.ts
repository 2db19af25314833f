import { errorOf } from '@tandem/protocol';
import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import { CHANNEL, FakeServer } from '../testing/fake-server.ts';
import { opened, text, textOf } from '../testing/opened-document.ts';

test('P1: the status is saved after the acknowledgement and not before', async () => {
  const { server, session } = await opened();
  expect(session.status).toEqual({ kind: 'saved', at: null, kept: true });
  text(session).insert(0, 'tide');
  expect(session.status).toMatchObject({ kind: 'saving', pending: 1, kept: true });
  await server.settle(16);
  expect(session.status).toMatchObject({ kind: 'saving' });
  expect(server.socket.sentOf('update')).toHaveLength(1);
  await server.acknowledge();
  const at = server.environment.clock.now();
  expect(session.status).toEqual({ kind: 'saved', at, kept: true });
});

test('what one frame produced leaves as one update', async () => {
  const { server, session } = await opened();
  for (const letter of 'tide') text(session).insert(text(session).length, letter);
  await server.settle(16);
  expect(server.socket.sentOf('update')).toHaveLength(1);
  expect(textOf(server.lastUpdate().update)).toBe('tide');
});

test('remote updates of one frame are one transaction', async () => {
  const { server, session } = await opened({}, 'a');
  let transactions = 0;
  session.doc.on('afterTransaction', () => transactions++);
  for (const letter of 'bcd') {
    const update = server.write(letter);
    server.offset++;
    server.socket.answer({
      type: 'updates',
      channel: CHANNEL,
      from: server.offset - 1,
      to: server.offset,
      updates: [update],
    });
  }
  expect(text(session).toJSON()).toBe('a');
  await server.settle(16);
  expect(text(session).toJSON()).toBe('abcd');
  expect(transactions).toBe(1);
});

test('reports each change of unconfirmed work', async () => {
  const { server, session } = await opened();
  const reported: boolean[] = [];
  const stop = server.client.onChange(() => reported.push(server.client.unsaved));
  text(session).insert(0, 'tide');
  expect(reported.at(-1)).toBe(true);
  await server.settle(16);
  await server.acknowledge();
  expect(reported.at(-1)).toBe(false);
  stop();
  const { length } = reported;
  text(session).insert(0, 'tide');
  expect(reported).toHaveLength(length);
});

test('a document is loading until all of it has arrived', async () => {
  const server = new FakeServer();
  const update = server.write('tide');
  const session = server.client.openDocument('d');
  await server.connect();
  const open = server.socket.sentOf('open')[0];
  if (open === undefined) throw new Error('nothing was opened');
  const { ref, document } = open;
  const stateVector = Y.encodeStateVector(server.doc);
  const opened = { type: 'opened', channel: CHANNEL, ref, document, kind: 'page' } as const;
  const place = { epoch: 'one', timeline: 't1', base: 0, offset: 1, stateVector };
  server.socket.answer({ ...opened, title: '', access: 'edit', schema: 1, ...place });
  expect(session.status).toEqual({ kind: 'loading' });
  const rows = { from: 0, to: 1, updates: [update] };
  server.socket.answer({ type: 'updates', channel: CHANNEL, ...rows });
  expect(session.status.kind).toBe('saved');
});

test('PO3 a document in the trash is read-only for its owner, who is told why', async () => {
  const { server, session } = await opened();
  const changed = { type: 'document:changed', channel: CHANNEL, title: 'Plan' } as const;
  server.socket.answer({ ...changed, access: 'view', trashedAt: 5 });
  expect(session.document).toMatchObject({ access: 'view', trashedAt: 5 });
  expect(session.status).toMatchObject({
    kind: 'view-only',
    error: { message: expect.stringContaining('Restore it') as string },
  });
  server.socket.answer({ ...changed, access: 'edit' });
  expect(session.document).toMatchObject({ access: 'edit', trashedAt: null });
  expect(session.status.kind).toBe('saved');
});

test('the status of a refused document has the reason', async () => {
  const server = new FakeServer();
  const session = server.client.openDocument('d');
  await server.connect();
  const { ref } = server.socket.sentOf('open')[0] ?? {};
  server.socket.answer({
    type: 'closed',
    channel: 0,
    ...(ref === undefined ? {} : { ref }),
    error: errorOf('not-found'),
  });
  expect(session.status).toMatchObject({ kind: 'stopped', error: { code: 'not-found' } });
  text(session).insert(0, 'early');
  session.reopen();
  await server.settle(16);
  await server.answerOpen();
  await server.acknowledge();
  expect(session.replicaVersion).toBe(0);
  expect(server.doc.getText('t').toJSON()).toBe('early');
});

test('after a temporary refusal the document opens again by itself', async () => {
  const { server, session } = await opened();
  server.socket.answer({
    type: 'closed',
    channel: CHANNEL,
    error: errorOf('storage-failed', { retryAfterMs: 2_000 }),
  });
  expect(session.status).toMatchObject({
    kind: 'offline',
    cause: 'server',
    error: { code: 'storage-failed' },
  });
  await server.settle(2_000);
  expect(server.socket.sentOf('open')).toHaveLength(2);
  await server.answerOpen();
  expect(session.status.kind).toBe('saved');
});

test('a document that the engine loses repeatedly is reopened with pauses', async () => {
  const { server } = await opened();
  const lost = errorOf('internal', { retryAfterMs: 0 });
  for (let i = 0; i < 5; i++) {
    server.socket.answer({ type: 'closed', channel: CHANNEL, error: lost });
    await server.settle(1);
    if (server.socket.sentOf('open').length === i + 2) await server.answerOpen();
  }
  expect(server.socket.sentOf('open').length).toBeLessThan(5);
});

test('W44: the status has the reason why the server cannot save, until it can', async () => {
  const { server, session } = await opened();
  const full = errorOf('storage-failed');
  const answer = (error: typeof full | null) =>
    server.socket.answer({ type: 'storage:changed', channel: CHANNEL, error });
  answer(full);
  expect(session.status.kind).toBe('saved');
  text(session).insert(0, 'tide');
  await server.settle(16);
  expect(session.status).toMatchObject({ kind: 'saving', error: full });
  answer(null);
  expect(session.status).toMatchObject({ kind: 'saving', error: null });
  await server.acknowledge();
  expect(session.status.kind).toBe('saved');
});

test('W14: the status of a viewer is view-only', async () => {
  const server = new FakeServer();
  const session = server.client.openDocument('d');
  await server.connect();
  await server.answerOpen({ access: 'view' });
  expect(session.status).toEqual({
    kind: 'view-only',
    access: 'view',
    pending: 0,
    kept: true,
    error: null,
  });
  const outdated = errorOf('schema-outdated');
  server.socket.answer({ type: 'error', channel: CHANNEL, error: outdated });
  expect(session.status).toEqual({
    kind: 'view-only',
    access: 'view',
    pending: 0,
    kept: true,
    error: outdated,
  });
  server.socket.answer({
    type: 'document:changed',
    channel: CHANNEL,
    title: 'New',
    access: 'edit',
  });
  expect(session.status.kind).toBe('saved');
  expect(session.document?.title).toBe('New');
});

test.each([
  ['an hour ago', -3_600_000],
  ['by a clock that has been set back since', 3_600_000],
])(
  'what a closed tab left %s is delivered for an open document and for others',
  async (_, when) => {
    const store = createMemoryStore();
    const { server, session } = await opened({ store }, 'tide ');
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(server.doc));
    other.getText('t').insert(5, 'log');
    const update = Y.encodeStateAsUpdate(other, Y.encodeStateVector(server.doc));
    const at = server.environment.clock.now() + when;
    await store.enqueue({ document: 'd', epoch: 'one', update, at });
    await store.enqueue({ document: 'e', epoch: null, update, at });
    await server.settle(30_000);
    await server.settle(100);
    expect(text(session).toJSON()).toBe('tide log');
    expect(
      textOf(Y.mergeUpdates([Y.encodeStateAsUpdate(server.doc), server.lastUpdate().update])),
    ).toBe('tide log');
    expect(server.socket.sentOf('open').at(-1)).toMatchObject({ document: 'e' });
  },
);

test('W11: a reconnect names the document in hello, and a try that fails costs nothing', async () => {
  const { server, session } = await opened({}, 'tide');
  server.socket.drop(1006);
  await server.settle(250);
  server.socket.open();
  const [hello] = server.socket.sentOf('hello');
  const position = { epoch: 'one', timeline: 't1', offset: 1 };
  expect(hello?.channels).toMatchObject([{ type: 'open', document: 'd', position }]);
  server.socket.drop(1006);
  await server.settle(1_000);
  server.socket.open();
  server.socket.welcome();
  expect(server.socket.sentOf('open')).toHaveLength(1);
  await server.answerOpen();
  expect(session.status).toMatchObject({ kind: 'saved' });
  expect(server.socket.sentOf('open')).toHaveLength(1);
});

test('a document that was closed while it opened is closed on the server too', async () => {
  const server = new FakeServer();
  server.client.openDocument('d');
  await server.connect();
  server.client.closeDocument('d');
  await server.answerOpen();
  expect(server.socket.sentOf('leave')).toMatchObject([{ channel: CHANNEL }]);
});

test('leaving a document leaves its channel', async () => {
  const { server } = await opened();
  server.client.openDocument('d');
  server.client.closeDocument('d');
  await server.settle();
  expect(server.socket.sentOf('leave')).toHaveLength(0);
  server.client.closeDocument('d');
  await server.settle();
  expect(server.socket.sentOf('leave')).toEqual([{ type: 'leave', channel: CHANNEL }]);
});
