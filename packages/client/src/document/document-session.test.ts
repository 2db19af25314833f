import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { CHANNEL, FakeServer } from '../testing/fake-server.ts';
import type { DocumentSession } from './document-session.ts';

const text = (session: DocumentSession) => session.doc.getText('t');
const textOf = (update: Uint8Array) => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc.getText('t').toJSON();
};

async function opened(options: ConstructorParameters<typeof FakeServer>[0] = {}, content = '') {
  const server = new FakeServer(options);
  if (content !== '') {
    server.write(content);
    server.offset = 1;
  }
  const session = server.client.openDocument('d');
  await server.connect();
  await server.answerOpen();
  return { server, session };
}

test('P1: saved is said after the acknowledgement and not before', async () => {
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

test('tells of each change of what is not confirmed', async () => {
  const { server, session } = await opened();
  const said: boolean[] = [];
  const stop = server.client.onChange(() => said.push(server.client.unsaved));
  text(session).insert(0, 'tide');
  expect(said.at(-1)).toBe(true);
  await server.settle(16);
  await server.acknowledge();
  expect(said.at(-1)).toBe(false);
  stop();
  const { length } = said;
  text(session).insert(0, 'tide');
  expect(said).toHaveLength(length);
});

test('tells when something was set aside, and when it was discarded', async () => {
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

test('tells the truth when this device cannot keep anything', async () => {
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

test('a document that the server refuses says why', async () => {
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

test('SY33: rows that are missing and do not come are asked for again, later each time', async () => {
  const { server } = await opened();
  const remote = server.write('a');
  const asked = () => server.socket.sentOf('rows:request').length;
  const rows = (from: number, to: number) =>
    server.socket.answer({ type: 'updates', channel: CHANNEL, from, to, updates: [remote] });
  rows(server.offset + 2, server.offset + 3);
  await server.settle(0);
  expect(asked()).toBe(1);
  for (const [ms, times] of [
    [4_999, 1],
    [1, 2],
    [9_999, 2],
    [1, 3],
    [20_000, 4],
    [39_999, 4],
    [1, 5],
    [39_999, 5],
    [1, 6],
  ] as const) {
    await server.settle(ms);
    expect(asked()).toBe(times);
  }
  rows(server.offset, server.offset + 3);
  await server.settle(120_000);
  expect(asked()).toBe(6);
});

test('W44: says why the server cannot save, until it can', async () => {
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

test('W14: a viewer is told so', async () => {
  const server = new FakeServer();
  const session = server.client.openDocument('d');
  await server.connect();
  await server.answerOpen({ access: 'view' });
  expect(session.status).toEqual({ kind: 'view-only', pending: 0, kept: true, error: null });
  const outdated = errorOf('schema-outdated');
  server.socket.answer({ type: 'error', channel: CHANNEL, error: outdated });
  expect(session.status).toEqual({ kind: 'view-only', pending: 0, kept: true, error: outdated });
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

test('W22: cursors travel, and are forgotten with the connection', async () => {
  const { server, session } = await opened();
  session.people.awareness.setLocalStateField('cursor', { at: 1 });
  await server.settle(33);
  const sent = server.socket.sentOf('awareness').at(-1);
  expect(sent?.channel).toBe(CHANNEL);
  // Another client's entry: one of them, id 77, clock 1, a state.
  const state = new TextEncoder().encode('{"cursor":1}');
  const entry = Uint8Array.from([1, 77, 1, state.byteLength, ...state]);
  server.socket.answer({ type: 'awareness', channel: CHANNEL, update: entry });
  expect(session.people.awareness.getStates().get(77)).toEqual({ cursor: 1 });
  server.socket.drop(1006);
  expect(session.people.awareness.getStates().has(77)).toBe(false);
  await server.settle(2_100);
  server.socket.open();
  server.socket.welcome();
  await server.settle();
  await server.answerOpen();
  server.socket.answer({ type: 'awareness', channel: CHANNEL, update: entry });
  expect(session.people.awareness.getStates().get(77)).toEqual({ cursor: 1 });
});

test('a document that ended with unconfirmed work can be left, and the work stays', async () => {
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

test('a document that is left with unconfirmed work is delivered first', async () => {
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

test('what cannot be kept aside on this device is kept in the page, and says so', async () => {
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

test('a document that the engine loses again and again is not asked for without a pause', async () => {
  const { server } = await opened();
  const lost = errorOf('internal', { retryAfterMs: 0 });
  for (let i = 0; i < 5; i++) {
    server.socket.answer({ type: 'closed', channel: CHANNEL, error: lost });
    await server.settle(1);
    if (server.socket.sentOf('open').length === i + 2) await server.answerOpen();
  }
  expect(server.socket.sentOf('open').length).toBeLessThan(5);
});

const people = (offset: number) => ({
  from: offset - 1,
  position: { epoch: 'e', offset },
  counts: { active: 1, idle: 0, away: 0 },
  cursorIntervalMs: 33,
});

test('PR1: an opening says which people are known already', async () => {
  const { server, session } = await opened();
  const member = { user: 'u2', name: 'Jun', color: 2, state: 'active' as const, clients: [77] };
  const change = {
    type: 'presence:changed',
    channel: CHANNEL,
    members: [member],
    left: [],
  } as const;
  server.socket.answer({ ...change, full: true, ...people(4) });
  expect(server.socket.sentOf('open').at(-1)).not.toHaveProperty('presence');
  server.socket.drop(1006);
  expect([session.people.members, session.people.counts]).toEqual([[], null]);
  await server.settle(2_100);
  server.socket.open();
  server.socket.welcome();
  await server.settle();
  expect(server.socket.sentOf('open').at(-1)).toMatchObject({
    presence: { epoch: 'e', offset: 4 },
  });
  await server.answerOpen();
  server.socket.answer({ ...change, members: [], full: false, ...people(5) });
  expect(session.people.members).toEqual([member]);
});

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

test('a document that was left while it opened is left on the server too', async () => {
  const server = new FakeServer();
  server.client.openDocument('d');
  await server.connect();
  server.client.closeDocument('d');
  await server.answerOpen();
  expect(server.socket.sentOf('leave')).toMatchObject([{ channel: CHANNEL }]);
});

test('people are not shown any more once the channel is closed', async () => {
  const { server, session } = await opened();
  const member = { user: 'u2', name: 'Jun', color: 2, state: 'active' as const, clients: [77] };
  const change = {
    type: 'presence:changed',
    channel: CHANNEL,
    members: [member],
    left: [],
  } as const;
  server.socket.answer({ ...change, full: true, ...people(1) });
  server.socket.answer({ type: 'closed', channel: CHANNEL, error: errorOf('forbidden') });
  await server.settle();
  expect(session.people.members).toEqual([]);
});

test('W21, W23: members and typing', async () => {
  const { server, session } = await opened();
  const member = { user: 'u2', name: 'Jun', color: 2, state: 'active' as const, clients: [77] };
  server.socket.answer({
    type: 'presence:changed',
    channel: CHANNEL,
    full: true,
    members: [member],
    left: [],
    ...people(1),
  });
  server.socket.answer({ type: 'typing:changed', channel: CHANNEL, users: ['u2'] });
  expect(session.people.members).toEqual([member]);
  expect(session.people.typing).toEqual(['u2']);
  server.socket.answer({
    type: 'presence:changed',
    channel: CHANNEL,
    full: false,
    members: [],
    left: ['u2'],
    ...people(2),
  });
  expect(session.people.members).toEqual([]);
  session.people.setTyping(true);
  await server.settle(3_000);
  expect(server.socket.sentOf('typing:start')).toHaveLength(2);
  session.people.setTyping(false);
  await server.settle(10_000);
  expect(server.socket.sentOf('typing:start')).toHaveLength(2);
  expect(server.socket.sentOf('typing:stop')).toHaveLength(1);
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
