/** Work that the server refused, or that belongs to another epoch. */
import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { opened, text, textOf } from '../testing/opened-document.ts';

test('a refused update is set aside, the copy starts again under another client id', async () => {
  const store = createMemoryStore();
  const { server, session } = await opened({ store }, 'good ');
  const client = session.doc.clientID;
  text(session).insert(5, 'bad');
  await server.settle(16);
  await server.refuse('invalid-update');
  expect(session.replicaVersion).toBe(1);
  expect(session.doc.clientID).not.toBe(client);
  await server.answerOpen();
  expect(text(session).toJSON()).toBe('good ');
  expect(session.status).toMatchObject({ kind: 'refused', error: { code: 'invalid-update' } });
  const [work] = await server.client.unconfirmed();
  if (work?.kind !== 'rejected') throw new Error('nothing was set aside');
  expect(work).toMatchObject({
    document: 'd',
    title: 'Tide log',
    error: { code: 'invalid-update' },
  });
  expect(textOf(work.replica)).toBe('good bad');
  session.acknowledgeRejectedUpdates();
  expect(session.status.kind).toBe('saved');
  await server.client.discard(work.id);
  expect(await server.client.unconfirmed()).toEqual([]);
});

test('EX7: after a refusal, the new copy is complete once the server has given it', async () => {
  const { server, session } = await opened({}, 'good ');
  expect(session.isComplete).toBe(true);
  text(session).insert(5, 'bad');
  await server.settle(16);
  await server.refuse('invalid-update');
  expect([session.status.kind, session.isComplete]).toEqual(['refused', false]);
  await server.answerOpen();
  expect([session.status.kind, session.isComplete]).toEqual(['refused', true]);
  await session.flush();
  expect(text(session).toJSON()).toBe('good ');
  server.socket.drop(1006);
  await server.settle();
  expect(session.isComplete).toBe(false);
});

test('P4: a copy of another epoch is not merged; its unconfirmed work is set aside', async () => {
  const store = createMemoryStore();
  const { server, session } = await opened({ store }, 'old ');
  server.socket.drop(1006);
  text(session).insert(4, 'mine');
  await server.settle(300);
  server.socket.open();
  server.socket.welcome();
  await server.settle();
  server.epoch = 'two';
  server.offset = 0;
  await server.answerOpen();
  await server.answerOpen();
  expect(text(session).toJSON()).toBe('');
  const [work] = await server.client.unconfirmed();
  expect(work).toMatchObject({ kind: 'rejected', error: { code: 'epoch-changed' } });
  expect(await store.outbox()).toEqual([]);
});

test('P4: work of an earlier life is set aside, the copy of the present one stays', async () => {
  const store = createMemoryStore();
  const doc = new Y.Doc();
  doc.getText('t').insert(0, 'new life');
  const update = Y.encodeStateAsUpdate(doc);
  const position = { epoch: 'two', timeline: 't1', offset: 1 };
  await store.advance('d', {
    updates: [update],
    confirmed: [],
    since: null,
    position,
    facts: null,
  });
  await store.enqueue({ document: 'd', epoch: 'one', update, at: 1 });
  const { client } = new FakeServer({ store });
  const session = client.openDocument('d');
  await session.flush();
  await session.loaded;
  await session.flush();
  expect(text(session).toJSON()).toBe('new life');
  expect(await store.load('d')).toMatchObject({ position, updates: [update], outbox: [] });
  expect(await client.unconfirmed()).toMatchObject([{ kind: 'rejected', document: 'd' }]);
});

test('SY36: what was typed in the frame of a refusal is set aside with the rest', async () => {
  const { server, session } = await opened({}, 'good ');
  text(session).insert(5, 'bad ');
  await server.settle(16);
  text(session).insert(9, 'typed');
  await server.refuse('invalid-update');
  await server.answerOpen();
  expect([text(session).toJSON(), session.pending]).toEqual(['good ', 0]);
  const [work] = await server.client.unconfirmed();
  if (work?.kind !== 'rejected') throw new Error('nothing was set aside');
  expect(textOf(work.replica)).toBe('good bad typed');
});

test('rejected work that this device cannot store stays in the page, and is not reported as kept', async () => {
  const full: Store = { ...createMemoryStore(), enqueue: () => Promise.reject(new Error('quota')) };
  const { server, session } = await opened({ store: full });
  text(session).insert(0, 'bad');
  await server.settle(16);
  await server.refuse('invalid-update');
  await session.flush();
  const [work] = await server.client.unconfirmed();
  if (work?.kind !== 'rejected') throw new Error('nothing was set aside');
  expect([textOf(work.replica), work.kept, server.client.unsaved]).toEqual(['bad', false, true]);
  await server.client.discard(work.id);
  expect(server.client.unsaved).toBe(false);
});

test('reports when work was rejected, and when it was discarded', async () => {
  const store = createMemoryStore();
  const { server, session } = await opened({ store });
  let rejectedWork: readonly unknown[] = [];
  server.client.onChange(
    () => void store.listRejectedUpdates().then((listed) => (rejectedWork = listed)),
  );
  text(session).insert(0, 'bad');
  await server.settle(16);
  await server.refuse('invalid-update');
  await server.settle();
  expect(rejectedWork).toHaveLength(1);
  const [work] = await server.client.unconfirmed();
  if (work?.kind !== 'rejected') throw new Error('nothing was set aside');
  await server.client.discard(work.id);
  await server.settle();
  expect(rejectedWork).toEqual([]);
});
