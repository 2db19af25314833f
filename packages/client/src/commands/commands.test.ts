import { errorOf, type Call } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { createMemoryStateStore } from '../channels/memory-state-store.ts';
import type { LiveStores } from '../channels/live.ts';
import type { Client } from '../client.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { LiveServer } from '../testing/live-server.ts';
import type { CommandStore } from './command-store.ts';
import { MAX_PENDING_COMMANDS } from './commands.ts';
import { createMemoryCommandStore, memoryCommandPages } from './memory-command-store.ts';

const ORPHAN_AFTER_MS = 15_000;
const DAY_MS = 24 * 3_600_000;

const create = (number: number): Call => ({
  name: 'document:create',
  input: { document: `document-number-${number}-of-many`, title: `Page ${number}` },
});
const rename = (title: string): Call => ({
  name: 'document:rename',
  input: { document: 'document-number-1-of-many', title },
});
const names = (client: Client) => client.commands.pending.map(({ name }) => name);
const stores = (commands: CommandStore): LiveStores => ({
  commands,
  states: createMemoryStateStore(),
  durable: true,
});

async function pages() {
  const server = new LiveServer();
  const open = memoryCommandPages();
  const [one, two] = [server.client('ada', stores(open())), server.client('ada', stores(open()))];
  const libraries = [one.subscribe('library'), two.subscribe('library')] as const;
  await server.connect(one, two);
  const titles = (page: 0 | 1) => libraries[page].state?.documents.map(({ title }) => title);
  return { server, one, two, open, titles };
}

test('CM9 pages of a device show each other’s commands; each is sent by the page that issued it', async () => {
  const { server, one, two, titles } = await pages();
  server.cut();
  const first = one.commands.run(create(1));
  const second = two.commands.run(create(2));
  await server.settle();
  expect(names(one)).toHaveLength(2);
  expect(titles(0)?.toSorted()).toEqual(['Page 1', 'Page 2']);
  expect(titles(1)?.toSorted()).toEqual(['Page 1', 'Page 2']);
  await server.reconnect(one, two);
  expect(server.received.toSorted()).toEqual([first, second].toSorted());
  expect([names(one), names(two)]).toEqual([[], []]);
  expect(titles(0)).toEqual(titles(1));
});

test('CM9 commands of a closed page are sent once by another page after a grace period', async () => {
  const { server, one, two } = await pages();
  server.cut();
  const id = one.commands.run(create(1));
  await server.settle();
  await one.close();
  await server.reconnect(two);
  await server.settle(ORPHAN_AFTER_MS - 1_000);
  expect(server.received).toEqual([]);
  await server.settle(ORPHAN_AFTER_MS);
  expect(server.received).toEqual([id]);
  expect(names(two)).toEqual([]);
});

test('CM9 so are commands with a time in the future, after the clock was set back', async () => {
  const { server, two, open } = await pages();
  const at = server.environment.clock.now() + 3_600_000;
  const id = '01J00000000000000000000003';
  await open().keep({ command: { ...create(3), id, at }, user: 'ada' });
  await server.settle(2 * ORPHAN_AFTER_MS);
  expect(new Set(server.received)).toEqual(new Set([id]));
  expect(names(two)).toEqual([]);
});

test('CM8 W25: a page that starts sends the stored commands; sent by two pages, a command takes effect once', async () => {
  const { server, one, open } = await pages();
  server.cut();
  const id = one.commands.run(create(1));
  await server.settle();
  const late = server.client('ada', stores(open()));
  late.start();
  await server.reconnect(late);
  await server.reconnect(one);
  expect(server.received).toEqual([id, id]);
  expect(server.effects).toEqual([id]);
  expect(names(late)).toEqual([]);
});

test('CM7 an older title that another page has taken over is not sent after a newer one', async () => {
  const { server, one, open } = await pages();
  one.commands.run(create(1));
  await server.settle();
  server.cut();
  one.commands.run(rename('First'));
  await server.settle();
  const late = server.client('ada', stores(open()));
  late.start();
  await server.settle();
  expect(names(late)).toEqual(['document:rename']);
  one.commands.run(rename('Second'));
  await server.settle();
  await server.reconnect(late, one);
  expect(server.state('library/ada')).toMatchObject({ documents: [{ title: 'Second' }] });
  expect(server.effects).toHaveLength(2);
});

test('CM11 another user’s connection does not send a command, which stays for its author', async () => {
  const server = new LiveServer();
  const open = memoryCommandPages();
  const ada = server.client('ada', stores(open()));
  await server.connect(ada);
  server.cut();
  ada.commands.run(create(1));
  await ada.close();
  const ben = server.client('ben', stores(open()));
  ben.start();
  await server.reconnect(ben);
  await server.settle(2 * ORPHAN_AFTER_MS);
  expect(server.received).toEqual([]);
  expect(names(ben)).toEqual([]);
  expect(await open().all()).toHaveLength(1);
});

test('CM11 a command that was issued before the first sign-in belongs to the first user', async () => {
  const server = new LiveServer();
  const ada = server.client('ada');
  ada.commands.run(create(1));
  await server.connect(ada);
  expect(server.state('library/ada')).toMatchObject({ documents: [{ title: 'Page 1' }] });
});

test('a command that the device cannot store is not reported as kept, and is executed all the same', async () => {
  const server = new LiveServer();
  const full = createMemoryCommandStore();
  const ada = server.client('ada', {
    ...stores({ ...full, keep: () => Promise.reject(new Error('full')) }),
  });
  ada.commands.run(create(1));
  await ada.commands.flush();
  expect(ada.commands.pending).toMatchObject([{ kept: false }]);
  expect(ada.unsaved).toBe(true);
  await server.connect(ada);
  expect(server.effects).toHaveLength(1);
  expect(ada.unsaved).toBe(false);
});

test('a command that is only in memory is not reported as kept', async () => {
  const server = new LiveServer();
  const ada = server.client('ada');
  ada.commands.run(create(1));
  await server.settle();
  expect(ada.commands.pending).toMatchObject([{ kept: false }]);
});

test('a reading mark is not work that anybody has to wait for', async () => {
  const server = new LiveServer();
  const ada = server.client('ada');
  ada.commands.run({ name: 'chat:see', input: { document: 'd', number: 4 } });
  expect(ada.commands.pending).toHaveLength(1);
  expect(ada.unsaved).toBe(false);
  expect(await ada.unconfirmed()).toEqual([]);
});

async function keepOld(store: CommandStore, now: number): Promise<void> {
  const at = now - 30 * DAY_MS - 1;
  for (const [id, call] of [
    ['01J00000000000000000000001', rename('A month ago')],
    ['01J00000000000000000000002', create(2)],
  ] as const)
    await store.keep({ command: { ...call, id, at }, user: 'ada' });
}

test('W25: after 30 days only idempotent commands are sent; the others are rejected with a sentence', async () => {
  const server = new LiveServer();
  const store = createMemoryCommandStore();
  await keepOld(store, server.environment.clock.now());
  const ada = server.client('ada', stores(store));
  const refusals: string[] = [];
  ada.commands.onRefused(({ name }, { message }) => refusals.push(`${name}: ${message}`));
  await server.connect(ada);
  expect(server.received).toEqual(['01J00000000000000000000002']);
  expect(refusals).toEqual([expect.stringMatching(/^document:rename: .*30 days ago/)]);
  expect(names(ada)).toEqual([]);
  expect(await store.all()).toEqual([]);
});

test('W25: nor does an open page send them that takes over the commands of another', async () => {
  const { server, one, two, open } = await pages();
  await keepOld(open(), server.environment.clock.now());
  await server.settle();
  expect(new Set(server.received)).toEqual(new Set(['01J00000000000000000000002']));
  expect([names(one), names(two)]).toEqual([[], []]);
  expect(await open().all()).toEqual([]);
});

test('CM14 a command that fails on the server is given up with a sentence, and no other waits for it', async () => {
  const server = new FakeServer();
  await server.connect();
  const { commands } = server.client;
  const refusals: string[] = [];
  commands.onRefused(({ name }, { message }) => refusals.push(`${name}: ${message}`));
  const failing = commands.run(rename('Tide log'));
  await server.settle();
  const attempts = () => server.socket.sentOf('command').filter(({ id }) => id === failing).length;
  for (const waitMs of [1_000, 2_000, 4_000, 8_000]) {
    const count = attempts();
    server.socket.answer({
      type: 'refused',
      channel: 0,
      id: failing,
      error: errorOf('command-failed'),
    });
    const other = commands.run(create(count + 1));
    await server.settle(waitMs - 1);
    expect([attempts(), server.socket.sentOf('command').at(-1)?.id]).toEqual([count, other]);
    server.socket.answer({ type: 'done', channel: 0, id: other, repeated: false, positions: [] });
    await server.settle(1);
    expect(attempts()).toBe(count + 1);
  }
  server.socket.answer({
    type: 'refused',
    channel: 0,
    id: failing,
    error: errorOf('command-failed'),
  });
  expect(refusals).toEqual([expect.stringMatching(/^document:rename: .*not done.*text is kept/)]);
  expect(commands.pending).toEqual([]);
});

test('CM15 a command without an answer is sent again on a new connection, after growing waits', async () => {
  const server = new FakeServer();
  await server.connect();
  const id = server.client.commands.run(rename('Tide log'));
  const sent = () =>
    server.sockets.flatMap((socket) => socket.sentOf('command')).filter((sent) => sent.id === id);
  for (const [waitMs, count] of [
    [30_000, 1],
    [60_000, 2],
  ] as const) {
    await server.settle(waitMs - 1);
    expect([server.sockets.length, sent().length]).toEqual([count, count]);
    await server.settle(251);
    server.socket.open();
    server.socket.welcome();
    await server.settle();
    expect([server.sockets.length, sent().length]).toEqual([count + 1, count + 1]);
  }
  server.socket.answer({ type: 'done', channel: 0, id, repeated: true, positions: [] });
  await server.settle(300_000);
  expect(server.sockets).toHaveLength(3);
});

test('CM15 the time in which the server cannot store commands does not count', async () => {
  const server = new FakeServer();
  await server.connect();
  const id = server.client.commands.run(rename('Tide log'));
  const state = (error: ReturnType<typeof errorOf> | null) =>
    server.socket.answer({ type: 'storage:changed', channel: 0, error });
  await server.settle(10_000);
  state(errorOf('storage-failed'));
  await server.settle(300_000);
  state(null);
  server.socket.answer({ type: 'done', channel: 0, id, repeated: false, positions: [] });
  await server.settle(300_000);
  expect(server.sockets).toHaveLength(1);
});

test('W6, W37: a command that does not fit is not sent; one that only fails by its text is refused in a sentence', () => {
  const ada = new LiveServer().client('ada');
  const refusals: string[] = [];
  ada.commands.onRefused((_, { message }) => refusals.push(message));
  expect(() => ada.commands.run(rename(7 as never))).toThrow();
  ada.commands.run(rename('x'.repeat(201)));
  ada.commands.run(rename('a\0b'));
  expect(refusals).toEqual([
    'Enter a title of at most 200 characters.',
    'This text contains a character that cannot be stored. Remove it and try again.',
  ]);
  expect(ada.commands.pending).toEqual([]);
});

test('CM12 the outbox is bounded: what is too much is refused with a sentence', () => {
  const ada = new LiveServer().client('ada');
  for (let count = 0; count < MAX_PENDING_COMMANDS; count++) ada.commands.run(create(count + 1));
  const refusals: string[] = [];
  ada.commands.onRefused((_, error) => refusals.push(error.message));
  ada.commands.run(create(MAX_PENDING_COMMANDS));
  expect(ada.commands.pending).toHaveLength(MAX_PENDING_COMMANDS);
  expect(refusals).toEqual([expect.stringContaining('Too much is waiting')]);
});

test('a document that is opened before the server has made it is opened once it has', async () => {
  const server = new FakeServer();
  const document = 'document-number-1-of-many';
  const id = server.client.commands.run(create(1));
  const session = server.client.openDocument(document);
  await server.connect();
  const [open] = server.socket.sentOf('open');
  const error = errorOf('not-found');
  server.socket.answer({ type: 'closed', channel: 0, ref: open?.ref ?? 0, error });
  await server.settle();
  expect(session.status.kind).toBe('stopped');
  server.socket.answer({ type: 'done', channel: 0, id, repeated: false, positions: [] });
  await server.settle();
  expect(server.socket.sentOf('open')).toHaveLength(2);
  await server.answerOpen();
  expect(session.status.kind).toBe('saved');
});

test('the same when the answer to the command comes first', async () => {
  const server = new FakeServer();
  const id = server.client.commands.run(create(1));
  const session = server.client.openDocument('document-number-1-of-many');
  await server.connect();
  server.socket.answer({ type: 'done', channel: 0, id, repeated: false, positions: [] });
  const ref = server.socket.sentOf('open')[0]?.ref ?? 0;
  server.socket.answer({ type: 'closed', channel: 0, ref, error: errorOf('not-found') });
  await server.settle();
  await server.answerOpen();
  expect(session.status.kind).toBe('saved');
});
