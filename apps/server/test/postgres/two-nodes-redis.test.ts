/** Two servers on one database and one Redis. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { readAwareness } from '../../src/presence/awareness-update.ts';
import { RedisServer } from '../bus/redis-server.ts';
import { Device } from '../device.ts';
import { chat, newDocument, runCommand, subscribe } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { atEndOfFile } from '../shared.ts';
import { signIn, type SignedIn } from '../signed-in.ts';
import { createData } from '../data-document.ts';

const atEnd = atEndOfFile();
let redis: RedisServer;
let one: RunningServer;
let other: RunningServer;

beforeAll(async () => {
  redis = await RedisServer.start(atEnd);
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const environment = { DATABASE_URL, REDIS_URL: redis.url, ENGINE_WORKERS: '1' };
  one = await RunningServer.start(environment, atEnd);
  other = await RunningServer.start(environment, atEnd);
  await connected();
});

async function connected(): Promise<void> {
  const count = (server: RunningServer) =>
    server.output.split('connected to other nodes through Redis').length;
  await eventually('both are connected', () => count(one) > 1 && count(other) > 1, 20_000);
}

async function createPage(guest: SignedIn): Promise<string> {
  const id = newDocument();
  await guest.fetch('/api/documents', { method: 'POST', body: { id } });
  return id;
}

async function together() {
  const [ada, bob] = [await signIn(one), await signIn(other)];
  const document = await createPage(ada);
  const a = await NativeClient.onAuthenticated(one, { guest: ada });
  const b = await NativeClient.onAuthenticated(other, { guest: bob });
  const channels = {
    a: (await a.open(document, { client: 1 })).channel,
    b: (await b.open(document, { client: 2 })).channel,
  };
  return { ada, bob, document, a, b, channels };
}

/** Who a client believes to be in the document. */
function members(client: NativeClient): readonly string[] {
  const there = new Set<string>();
  for (const message of client.received) {
    if (message.type !== 'presence:changed') continue;
    if (message.full) there.clear();
    for (const { user } of message.members) there.add(user);
    for (const user of message.left) there.delete(user);
  }
  return [...there].toSorted((x, y) => (x < y ? -1 : 1));
}

function cursorsOf(client: NativeClient): Map<number, string | null> {
  const cursors = new Map<number, string | null>();
  for (const message of client.received) {
    if (message.type !== 'awareness') continue;
    const reading = readAwareness(message.update);
    if (reading.kind === 'ok')
      for (const entry of reading.entries) cursors.set(entry.client, entry.state);
  }
  return cursors;
}

function cursorUpdate(client: number, state: Record<string, unknown>): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  const awareness = new Awareness(doc);
  awareness.setLocalState(state);
  const update = encodeAwarenessUpdate(awareness, [client]);
  awareness.destroy();
  return update;
}

test('people on both nodes see each other come and go', async () => {
  const { ada, bob, a, b, channels } = await together();
  const both = [ada.user.id, bob.user.id].toSorted((x, y) => (x < y ? -1 : 1));
  await eventually('both see both', () =>
    [a, b].every((client) => members(client).join() === both.join()),
  );
  b.send({ type: 'leave', channel: channels.b });
  await eventually('the one who left is gone', () => members(a).join() === ada.user.id);
});

test('cursors cross with the name that the server knows, and typing too', async () => {
  const { ada, bob, a, b, channels } = await together();
  await eventually('both see both', () => members(b).length === 2 && members(a).length === 2);
  const update = cursorUpdate(1, { user: { name: 'Somebody else', color: 7 }, cursor: null });
  a.send({ type: 'awareness', channel: channels.a, update });
  await eventually('the cursor is there', () => cursorsOf(b).get(1) != null);
  expect(JSON.parse(cursorsOf(b).get(1) as string)).toMatchObject({
    user: { name: ada.user.name },
  });
  b.send({ type: 'typing:start', channel: channels.b });
  const typing = await a.next('typing:changed', ({ users }) => users.length > 0);
  expect(typing.users).toEqual([bob.user.id]);
});

test('people of a node that is killed leave once, after the time of a broken connection', async () => {
  const environment = {
    DATABASE_URL: await createDatabase(inject('postgres')),
    REDIS_URL: redis.url,
    ENGINE_WORKERS: '1',
  };
  const [stays, ends] = [
    await RunningServer.start(environment),
    await RunningServer.start(environment),
  ];
  const [ada, bob] = [await signIn(stays), await signIn(ends)];
  const document = await createPage(ada);
  const a = await NativeClient.onAuthenticated(stays, { guest: ada });
  await a.open(document, { client: 1 });
  const b = await NativeClient.onAuthenticated(ends, { guest: bob });
  await b.open(document, { client: 2 });
  await eventually('both are there', () => members(a).length === 2, 20_000);
  const beganMs = performance.now();
  await ends.kill();
  await eventually('the other is gone', () => members(a).join() === ada.user.id, 30_000);
  const tookMs = performance.now() - beganMs;
  expect(tookMs).toBeGreaterThan(5_000);
});

test('text and events arrive at once, and also while Redis is away', async () => {
  const document = await createData(one);
  const [writer, reader] = [
    new Device(document, await signIn(one)),
    new Device(document, await signIn(other)),
  ];
  await writer.connect(one);
  await reader.connect(other);
  const write = async (text: string) => {
    const beganMs = performance.now();
    writer.write(text);
    await eventually('the text is there', () => reader.text.endsWith(text), 5_000);
    return performance.now() - beganMs;
  };
  await write('a first word ');
  const fast = [];
  for (let i = 0; i < 10; i++) fast.push(await write(`<${i}>`));
  // Several, on a busy machine; the database is asked each 250 ms.
  expect(fast.toSorted((x, y) => x - y)[2]).toBeLessThan(150);

  const ada = await signIn(one);
  const page = await createPage(ada);
  const a = await NativeClient.onAuthenticated(one, { guest: ada });
  const b = await NativeClient.onAuthenticated(other, { guest: ada });
  await subscribe(b, `chat:${page}`);
  await runCommand(a, chat(page, 'before'));
  await b.next('events');

  await redis.kill();
  for (let i = 0; i < 5; i++) await write(`{${i}}`);
  await runCommand(a, chat(page, 'without Redis'));
  await b.next('events');
  await redis.restart();
  for (let i = 0; i < 5; i++) await write(`[${i}]`);
  await writer.saved();
  expect(writer.refusals).toEqual([]);
  expect(reader.text).toBe(writer.text);
  expect(writer.text.startsWith('a first word ')).toBe(true);
});

test('two clusters on one Redis do not see each other', async () => {
  const foreign = await RunningServer.start({
    DATABASE_URL: await createDatabase(inject('postgres')),
    REDIS_URL: redis.url,
    ENGINE_WORKERS: '1',
  });
  // The same name in both databases.
  const name = `shared-${randomUUID()}`;
  for (const server of [one, foreign]) {
    const guest = await signIn(server);
    await guest.fetch('/api/documents', { method: 'POST', body: { id: name } });
  }
  const a = await NativeClient.onAuthenticated(one);
  const b = await NativeClient.onAuthenticated(foreign);
  await a.open(name, { client: 1 });
  await b.open(name, { client: 2 });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect([members(a).length, members(b).length]).toEqual([1, 1]);
});

afterAll(async () => {
  await redis.kill();
});
