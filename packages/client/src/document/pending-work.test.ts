/** Work that the server has not confirmed: over reloads, while a document is closed, without storage. */
import { errorOf } from '@tandem/protocol';
import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { CHANNEL, FakeServer } from '../testing/fake-server.ts';
import { opened, text } from '../testing/opened-document.ts';

test('offline work is kept over a reload and sent once', async () => {
  const store = createMemoryStore();
  const before = await opened({ store }, 'low ');
  before.server.socket.drop(1006);
  text(before.session).insert(4, 'tide');
  await before.server.settle(16);
  expect(before.session.status).toMatchObject({ kind: 'offline', pending: 1, kept: true });
  await before.server.client.close();

  const after = new FakeServer({ store });
  Y.applyUpdate(after.doc, Y.encodeStateAsUpdate(before.server.doc));
  after.offset = 1;
  const session = after.client.openDocument('d');
  await session.loaded;
  expect(text(session).toJSON()).toBe('low tide');
  expect(session.document).toMatchObject({ title: 'Tide log', kind: 'page' });
  await after.connect();
  expect(after.socket.sentOf('open')[0]).toMatchObject({
    position: { epoch: 'one', timeline: 't1', offset: 1 },
  });
  await after.answerOpen();
  await after.acknowledge();
  expect(after.doc.getText('t').toJSON()).toBe('low tide');
  expect(session.status.kind).toBe('saved');
  expect(await store.outbox()).toEqual([]);
});

test('work from before the stored copy was loaded is not lost', async () => {
  const server = new FakeServer();
  const session = server.client.openDocument('d');
  text(session).insert(0, 'early');
  expect(session.pending).toBe(1);
  await session.flush();
  await server.connect();
  await server.answerOpen();
  await server.acknowledge();
  expect(server.doc.getText('t').toJSON()).toBe('early');
});

test('P3: what was written in the frame in which the document opens is sent and kept once', async () => {
  const store = createMemoryStore();
  const server = new FakeServer({ store });
  const session = server.client.openDocument('d');
  await server.connect();
  text(session).insert(0, 'tide');
  await server.answerOpen();
  await session.flush();
  expect(server.socket.sentOf('update')).toHaveLength(1);
  expect(await store.outbox()).toHaveLength(1);
});

test('work is not reported as kept when this device cannot store it', async () => {
  const full: Store = { ...createMemoryStore(), enqueue: () => Promise.reject(new Error('quota')) };
  const { server, session } = await opened({ store: full });
  text(session).insert(0, 'tide');
  await server.settle(16);
  expect(session.status).toMatchObject({ kind: 'saving', kept: false });
  await server.acknowledge();
  expect(session.status.kind).toBe('saved');
});

test('a store that is not durable is never called kept', async () => {
  const { server, session } = await opened({ durable: false });
  server.socket.drop(1006);
  text(session).insert(0, 'tide');
  expect(session.status).toMatchObject({ kind: 'offline', pending: 1, kept: false });
});

test('a refused document with unconfirmed work can be closed, and the work stays', async () => {
  const store = createMemoryStore();
  const server = new FakeServer({ store });
  const session = server.client.openDocument('d');
  await server.connect();
  text(session).insert(0, 'tide');
  await session.flush();
  const { ref = 0 } = server.socket.sentOf('open')[0] ?? {};
  server.socket.answer({ type: 'closed', channel: 0, ref, error: errorOf('not-found') });
  server.client.closeDocument('d');
  server.socket.drop(1006);
  expect(server.client.unsaved).toBe(false);
  expect(await store.outbox()).toHaveLength(1);
  await server.settle(60_000);
  expect(server.sockets.length).toBeLessThan(10);
});

test('a document that is closed with unconfirmed work is delivered first', async () => {
  const { server, session } = await opened();
  text(session).insert(0, 'tide');
  server.client.closeDocument('d');
  await server.settle(16);
  expect(server.socket.sentOf('leave')).toHaveLength(0);
  expect(server.client.unsaved).toBe(true);
  await server.acknowledge();
  await server.settle();
  expect(server.socket.sentOf('leave')).toHaveLength(1);
  expect(server.client.unsaved).toBe(false);
});

test('W14: work of an outdated page waits for the newer one', async () => {
  const store = createMemoryStore();
  const { server, session } = await opened({ store });
  server.socket.drop(1006);
  text(session).insert(0, 'tide');
  await server.settle(2_100);
  server.socket.open();
  server.socket.welcome();
  await server.settle();
  await server.answerOpen({ access: 'view' });
  expect(session.status).toMatchObject({ kind: 'view-only', pending: 1, kept: true });
  expect(server.socket.sentOf('update')).toHaveLength(0);
  server.socket.answer({ type: 'document:changed', channel: CHANNEL, title: '', access: 'edit' });
  await server.settle();
  await server.acknowledge();
  expect(session.status.kind).toBe('saved');
});

async function heldBackIn({ client }: FakeServer): Promise<unknown> {
  const work = await client.unconfirmed();
  return work.map((entry) => entry.kind === 'waiting' && [entry.count, entry.heldBack]);
}

test('SY39: work of a document that this person may only read is held back, open and closed', async () => {
  const { server, session } = await opened();
  const access = (access: 'edit' | 'view') =>
    server.socket.answer({ type: 'document:changed', channel: CHANNEL, title: '', access });
  access('view');
  text(session).insert(0, 'tide');
  await server.settle(16);
  expect(await heldBackIn(server)).toEqual([[1, 'view-only']]);
  server.client.closeDocument('d');
  await server.settle();
  expect(await heldBackIn(server)).toEqual([[1, 'view-only']]);
  expect(server.client.unsaved).toBe(false);
});

test('SY39: so is what a closed tab left, until the role is granted and found by a later attempt', async () => {
  const store = createMemoryStore();
  const server = new FakeServer({ store });
  const other = new Y.Doc();
  other.getText('t').insert(0, 'tide');
  const update = Y.encodeStateAsUpdate(other);
  await store.enqueue({ document: 'd', epoch: null, update, at: 0 });
  await server.connect();
  expect(await heldBackIn(server)).toEqual([[1, null]]);
  await server.settle(0);
  await server.answerOpen({ access: 'view' });
  await server.settle();
  expect(await heldBackIn(server)).toEqual([[1, 'view-only']]);
  await server.settle(590_000);
  expect(server.socket.sentOf('open')).toHaveLength(1);
  await server.settle(15_000);
  expect(server.socket.sentOf('open')).toHaveLength(2);
  await server.answerOpen();
  await server.acknowledge();
  expect([await heldBackIn(server), server.doc.getText('t').toJSON()]).toEqual([[], 'tide']);
});

test('work of a document that the server refuses is held back', async () => {
  const server = new FakeServer();
  const session = server.client.openDocument('d');
  await server.connect();
  text(session).insert(0, 'tide');
  await session.flush();
  expect(await heldBackIn(server)).toEqual([[1, null]]);
  const { ref = 0 } = server.socket.sentOf('open')[0] ?? {};
  server.socket.answer({ type: 'closed', channel: 0, ref, error: errorOf('not-found') });
  expect(await heldBackIn(server)).toEqual([[1, 'refused']]);
  server.client.closeDocument('d');
  await server.settle();
  expect(await heldBackIn(server)).toEqual([[1, 'refused']]);
});

test('the device has the reason why the server does not take work of an open document', async () => {
  const { server, session } = await opened();
  const error = errorOf('overloaded', { retryAfterMs: 5_000 });
  server.socket.answer({ type: 'closed', channel: CHANNEL, error });
  expect(server.client.storageError).toBeNull();
  text(session).insert(0, 'tide');
  expect(server.client.storageError).toEqual(error);
  await server.settle(5_000);
  await server.answerOpen();
  await server.acknowledge();
  expect(server.client.storageError).toBeNull();
});
