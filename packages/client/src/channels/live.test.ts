/**
 * Commands and channels from the caller's view: two clients, a failing network, and a server that
 * refuses.
 */
import { MAX_COMMANDS_IN_FLIGHT, type Call } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { LiveServer } from '../testing/live-server.ts';
import type { ChannelSession } from './channel-session.ts';
import { createMemoryLiveStores } from './live.ts';

const DOCUMENT = 'a-page-about-the-tides';
const CHAT = `chat:${DOCUMENT}` as const;

const create: Call = { name: 'document:create', input: { document: DOCUMENT, title: 'Tides' } };
const rename = (title: string): Call => ({
  name: 'document:rename',
  input: { document: DOCUMENT, title },
});
const say = (text: string): Call => ({
  name: 'chat:send',
  input: { document: DOCUMENT, text, mentions: [], replyTo: null },
});
const titles = (library: ChannelSession<'library'>) =>
  library.state?.documents.map(({ title }) => title);
const texts = (chat: ChannelSession<typeof CHAT>) => chat.state?.messages.map(({ text }) => text);

async function together() {
  const server = new LiveServer();
  const ada = server.client('ada');
  const ben = server.client('ben');
  await server.connect(ada, ben);
  ada.commands.run(create);
  await server.settle();
  const library = ada.subscribe('library');
  const chats = [ada.subscribe(CHAT), ben.subscribe(CHAT)] as const;
  await server.settle();
  return { server, ada, ben, library, chats };
}

test('a command is shown at once, and confirmed by the server a moment later', async () => {
  const { server, ada, library } = await together();
  ada.commands.run(rename('Tide log'));
  expect(titles(library)).toEqual(['Tide log']);
  expect(server.state('library/ada')).toMatchObject({ documents: [{ title: 'Tides' }] });
  expect(ada.unsaved).toBe(true);
  await server.settle();
  expect(server.state('library/ada')).toEqual(library.state);
  expect(titles(library)).toEqual(['Tide log']);
  expect(ada.commands.pending).toEqual([]);
  expect(ada.unsaved).toBe(false);
});

test('what is refused is rolled back, with the sentence', async () => {
  const { server, ada, library } = await together();
  const refusals: string[] = [];
  ada.commands.onRefused((call, error) => refusals.push(`${call.name}: ${error.message}`));
  ada.commands.run(rename('My secret'));
  expect(titles(library)).toEqual(['My secret']);
  await server.settle();
  expect(titles(library)).toEqual(['Tides']);
  expect(refusals).toEqual(['document:rename: Only the owner may call it that.']);
  expect(await ada.unconfirmed()).toEqual([]);
});

test('W27: a burst of 100 messages a second arrives whole and in order, as fast as the server lets it', async () => {
  const { server, ada, chats } = await together();
  const all = Array.from({ length: 300 }, (_, index) => `m${index + 1}`);
  for (const text of all) {
    ada.commands.run(say(text));
    await server.settle(10);
  }
  expect(texts(chats[0])).toEqual(all);
  await server.settle(500);
  for (const chat of chats) {
    expect(texts(chat)).toEqual(all);
    expect(chat.state?.messages.map(({ number }) => number)).toEqual(all.map((_, i) => i + 1));
  }
  expect(new Set(server.effects).size).toBe(server.effects.length);
  expect(server.maxWaiting).toBeLessThanOrEqual(MAX_COMMANDS_IN_FLIGHT);
});

test('W27: 500 messages at once are paced by the server, and none is lost', async () => {
  const { server, ada, chats } = await together();
  const all = Array.from({ length: 500 }, (_, index) => `m${index + 1}`);
  for (const text of all) ada.commands.run(say(text));
  expect(texts(chats[0])).toEqual(all);
  await server.settle(3_000);
  expect(ada.commands.pending.length).toBeGreaterThan(100);
  await server.settle(5_000);
  expect(ada.commands.pending).toEqual([]);
  expect(texts(chats[1])).toEqual(all);
});

test('made, named and talked in offline: all of it happens on the way back, in order and once', async () => {
  const server = new LiveServer();
  const stores = { ...createMemoryLiveStores(), durable: true };
  const ada = server.client('ada', stores);
  const library = ada.subscribe('library');
  await server.connect(ada);
  server.cut();
  await server.settle();
  expect(library.status).toBe('stale');
  ada.commands.run(create);
  ada.commands.run(rename('Tide log'));
  const chat = ada.subscribe(CHAT);
  ada.commands.run(say('low'));
  ada.commands.run(say('high'));
  await server.settle();
  expect(titles(library)).toEqual(['Tide log']);
  expect(await ada.unconfirmed()).toMatchObject([
    { kind: 'command', document: DOCUMENT, kept: true, command: { name: 'document:create' } },
    { kind: 'command', command: { name: 'document:rename' } },
    { kind: 'command', command: { name: 'chat:send' } },
    { kind: 'command', command: { name: 'chat:send' } },
  ]);
  await server.reconnect(ada);
  expect(ada.commands.pending).toEqual([]);
  expect(library.status).toBe('live');
  expect(titles(library)).toEqual(['Tide log']);
  expect(chat.status).toBe('live');
  expect(texts(chat)).toEqual(['low', 'high']);
  expect(server.effects).toHaveLength(4);
});

test('a page that reloads offline shows what was known, with what was done in it, and delivers it', async () => {
  const server = new LiveServer();
  const stores = { ...createMemoryLiveStores(), durable: true };
  const before = server.client('ada', stores);
  before.subscribe('library');
  await server.connect(before);
  before.commands.run(create);
  await server.settle(2_000);
  server.cut();
  before.commands.run(rename('Tide log'));
  await before.close();

  const after = server.client('ada', stores);
  const library = after.subscribe('library');
  await server.connect(after);
  expect(library.status).toBe('stale');
  expect(titles(library)).toEqual(['Tide log']);
  await server.reconnect(after);
  expect(library.status).toBe('live');
  expect(server.state('library/ada')).toEqual(library.state);
  expect(titles(library)).toEqual(['Tide log']);
});
