import { MAX_IMPORTED_REACTION_NAMES } from '@tandem/protocol';
import { expect, test } from 'vitest';
import {
  type ExportedChatMessage,
  exportedChatMessage,
  MAX_EXPORTED_CHAT_LENGTH,
  MAX_EXPORTED_MESSAGES,
} from '../export/exported-messages.ts';
import { exportChat } from '../export/page-messages.ts';
import { chatted, person, Place } from './testing/place.ts';

const WHOLE = { cancelled: 0, unwritten: 0, refused: 0 };
const ada = { name: 'Name of ada', color: 3 };
const message = (changes: Partial<ExportedChatMessage> = {}): ExportedChatMessage => ({
  ...{ text: 'Sure?', author: ada, at: 1, editedAt: null, reactions: [], replyTo: null },
  ...changes,
});

async function importedBy(user: string, chat: readonly (ExportedChatMessage | null)[]) {
  const place = new Place(person(user));
  expect(await place.import([], [], chat)).toEqual(WHOLE);
  return place;
}

test('EX11 IM16 a chat comes back with its names, answers and reactions, again and again', async () => {
  const first = chatted().exportChat();
  expect(first).toMatchObject([
    { text: 'Low water at three, @Cleo?', author: { name: 'Name of ben' }, replyTo: null },
    {
      ...{ text: 'Winter time.', author: { name: 'Name of cleo' }, editedAt: 1_000, replyTo: 0 },
      reactions: [{ emoji: '🌊', names: ['Name of ada', 'Name of dan'] }],
    },
    // What it answers was deleted.
    { text: 'Thanks', replyTo: null },
    { text: 'See you', replyTo: 1 },
  ]);
  const ben = await importedBy('ben', first);
  const second = ben.exportChat();
  expect(second).toEqual(first);
  const cleo = await importedBy('cleo', second);
  expect(cleo.exportChat()).toEqual(first);
});

test('IM16 no account speaks through a file: all messages are those of the person who imports', async () => {
  const { messages } = (await importedBy('ben', chatted().exportChat())).chat;
  expect(messages.map(({ author }) => author.id)).toEqual(['ben', 'ben', 'ben', 'ben']);
  expect(messages.every(({ mentions }) => mentions.length === 0)).toBe(true);
  expect(JSON.stringify(messages)).not.toMatch(/"(?:ada|cleo|dan)"/);
});

test('IM16 what answers a later message, itself, or none that is there answers nothing', async () => {
  const replies = [1, 1, 99, 3, 0, 2];
  const given = replies.map((replyTo) => message({ replyTo }));
  const { chat, exportChat: _ } = await importedBy('ben', [
    ...given.slice(0, 3),
    null,
    ...given.slice(3),
  ]);
  const ids = chat.messages.map(({ id }) => id);
  expect(chat.messages.map(({ replyTo }) => ids.indexOf(replyTo ?? ''))).toEqual([
    -1, -1, -1, -1, 0, 2,
  ]);
});

test('IM16 no message is from later than now', async () => {
  const given = [message({ at: 8.64e15, editedAt: 8.64e15 })];
  const { chat } = await importedBy('ben', given);
  expect(chat.messages).toMatchObject([{ at: 1_000, editedAt: 1_000 }]);
});

test('EX11 of a long chat, the newest messages are in the file, and what they answer as far as it is', () => {
  const { messages } = chatted().chat;
  const [first] = messages;
  const count = MAX_EXPORTED_MESSAGES + 2;
  const id = (at: number) => `m${at}`;
  const many = Array.from({ length: count }, (_, at) => ({
    ...first!,
    ...{ id: id(at), replyTo: at < 3 ? null : id(at - 2) },
  }));
  const exported = exportChat({ messages: many, hasOlder: false });
  expect(exported.messages).toHaveLength(MAX_EXPORTED_MESSAGES);
  expect(exported.messages.slice(0, 4).map(({ replyTo }) => replyTo)).toEqual([null, null, 0, 1]);
  expect(exported.isCut).toBe(true);
  expect(exportChat({ messages: many.slice(2), hasOlder: false }).isCut).toBe(false);
  expect(exportChat({ messages: many.slice(2), hasOlder: true }).isCut).toBe(true);
  const long = many.slice(2).map((one) => ({ ...one, text: '潮'.repeat(6_000) }));
  const some = exportChat({ messages: long, hasOlder: false });
  expect(some.isCut).toBe(true);
  expect(JSON.stringify(some.messages).length).toBeLessThan(MAX_EXPORTED_CHAT_LENGTH + 100_000);
  expect(some.messages.length).toBeGreaterThan(1_000);
});

const manyNames = ['🌊', '⛵'].map((emoji) => ({
  emoji,
  names: Array.from({ length: MAX_IMPORTED_REACTION_NAMES - 1 }, () => 'Ada'),
}));

test.each([
  ['an id of an account', { author: { id: 'ada', name: 'Ada', color: 1 } }],
  ['a name without letters', { author: { name: '\u200b', color: 1 } }],
  ['a colour that is none', { author: { name: 'Ada', color: 99 } }],
  ['a text that is too long', { text: 'x'.repeat(5_000) }],
  ['no text', { text: ' ' }],
  ['more names than a message may have', { reactions: manyNames }],
  ['a time that is no date', { at: 8.64e15 + 1 }],
  ['an answer to a message before the first', { replyTo: -1 }],
  ['an answer to half a message', { replyTo: 0.5 }],
  ['an answer to an id', { replyTo: 'm1' }],
])('IM3 IM16 a message with %s is not read', (_, changes) => {
  expect(exportedChatMessage.safeParse(message()).success).toBe(true);
  expect(exportedChatMessage.safeParse({ ...message(), ...changes }).success).toBe(false);
});
