import { type Block, readPage, writePage } from '@tandem/document';
import {
  type CommentThread,
  MAX_IMPORTED_REACTION_NAMES,
  MAX_REACTIONS_PER_MESSAGE,
} from '@tandem/protocol';
import { expect, test } from 'vitest';
import { type ExportedThread, exportedThread } from '../export/exported-comments.ts';
import { exportComments } from '../export/page-comments.ts';
import { commented, person, Place, random, text } from './testing/place.ts';

const WHOLE = { cancelled: 0, unwritten: 0, refused: 0 };

function withoutWords(place: Place, words: string): void {
  const blocks = readPage(place.doc);
  const changed = JSON.parse(JSON.stringify(blocks).replace(words, '')) as Block[];
  writePage(place.doc, changed, random);
}

test('EX10 IM15 comments come back with their words, names and marks, again and again', async () => {
  const ada = commented();
  expect(ada.words()).toEqual(['low tide', 'tide\nhigh', 'high']);
  const first = ada.export();
  const ben = new Place(person('ben'));
  expect(await ben.import(readPage(ada.doc), first)).toEqual(WHOLE);
  expect(ben.words()).toEqual(ada.words());
  const second = ben.export();
  expect(second).toEqual(first);
  const cleo = new Place(person('cleo'));
  await cleo.import(readPage(ben.doc), second);
  expect(cleo.export()).toEqual(first);
  expect(
    first.map(({ messages, resolved }) => [messages.map(({ kind }) => kind), resolved]),
  ).toEqual([
    [['message', 'message'], null],
    [['deleted', 'message'], { by: { name: 'Name of ada', color: 3 }, at: 1_000 }],
    [['message'], null],
  ]);
});

test('EX10 IM15 a thread whose words are gone comes back without a place', async () => {
  const ada = commented();
  withoutWords(ada, 'high');
  expect(ada.words().at(-1)).toBe('(high)');
  const first = ada.export();
  const ben = new Place(person('ben'));
  await ben.import(readPage(ada.doc), first);
  expect(ben.words()).toEqual(ada.words());
  expect(ben.export()).toEqual(first);
});

test('IM15 no account speaks through a file: all messages are those of the person who imports', async () => {
  const ben = new Place(person('ben'));
  await ben.import(readPage(commented().doc), commented().export());
  const written = JSON.stringify(ben.state.threads);
  expect(
    ben.state.threads.flatMap(({ messages }) => messages.map(({ author }) => author.id)),
  ).toEqual(['ben', 'ben', 'ben', 'ben', 'ben']);
  expect(written).not.toMatch(/"(?:ada|cleo|dan)"/);
  expect(
    ben.state.threads.every(({ messages }) => messages.every((m) => m.mentions.length === 0)),
  ).toBe(true);
});

test('EX10 IM15 other words at the place are found by the words, or shown as gone', async () => {
  const threads = commented().export();
  const moved = new Place(person('ben'));
  const words = [text('new', 'At dawn'), text('a', 'low tide, low tide'), text('b', 'high water')];
  expect(await moved.import(words, threads)).toEqual(WHOLE);
  expect(moved.words()).toEqual(['low tide', 'tide\nhigh', 'high']);
  expect(moved.export().map(({ place }) => place.range?.from)).toEqual([18, 22, 27]);
  const short = new Place(person('ben'));
  expect(await short.import([text('a', 'high and dry, high and dry')], threads)).toEqual(WHOLE);
  expect(short.words()).toEqual(['(low tide)', '(tide\nhigh)', '(high)']);
});

test('EX10 of many emoji of a file and of people here, as many are in the file as it may have', () => {
  const ada = commented();
  const [thread] = ada.state.threads as [CommentThread];
  const emoji = (at: number) => String.fromCodePoint(0x1f400 + at);
  const twenty = Array.from({ length: MAX_REACTIONS_PER_MESSAGE }, (_, at) => at);
  const messages = thread.messages.map((message) => ({
    ...message,
    reactions: twenty.map((at) => ({ emoji: emoji(at + 20), users: [person('ben')] })),
    imported: {
      author: { name: 'Eve', color: 1 },
      reactions: twenty.map((at) => ({ emoji: emoji(at), names: ['Eve'] })),
    },
  }));
  const [exported] = exportComments(ada.doc, [{ ...thread, messages }]);
  const [message] = exportedThread.parse(JSON.parse(JSON.stringify(exported))).messages;
  expect(message?.kind === 'message' && message.reactions).toEqual(
    twenty.map((at) => ({ emoji: emoji(at), names: ['Eve'] })),
  );
});

test('IM15 a reaction that cannot be read costs no message', async () => {
  const [thread] = commented().export() as [ExportedThread];
  const known = { emoji: '🌊', names: ['Ada'] };
  for (const damaged of [
    { emoji: 'x', names: ['Ada'] },
    { emoji: '⛵', names: [] },
    { emoji: '⛵', names: Array.from({ length: 101 }, () => 'Ada') },
    { emoji: '⛵', names: ['x'.repeat(100)] },
    'x',
  ]) {
    const messages = [{ ...thread.messages[0], reactions: [damaged, known] }];
    const read = exportedThread.parse({ ...thread, messages });
    expect(read.messages).toMatchObject([{ reactions: [null, known] }]);
    const ben = new Place(person('ben'));
    await ben.import([text('a', 'low tide, low tide')], [read]);
    expect(ben.state.threads[0]?.messages).toMatchObject([{ imported: { reactions: [known] } }]);
  }
});

test('EX10 of many reactions, the first names are in the file', () => {
  const ada = commented();
  const [thread] = ada.state.threads as [CommentThread];
  const users = Array.from({ length: 130 }, (_, index) => person(`p${index}`));
  const messages = thread.messages.map((message) => ({
    ...message,
    reactions: [{ emoji: '⛵', users }],
    imported: {
      author: { name: 'Eve', color: 1 },
      reactions: [{ emoji: '⛵', names: ['Eve'] }],
    },
  }));
  const [exported] = exportComments(ada.doc, [{ ...thread, messages }]) as [ExportedThread];
  expect(exported.messages[0]).toMatchObject({ author: { name: 'Eve', color: 1 } });
  const [message] = exported.messages;
  const names = message?.kind === 'message' ? message.reactions[0]!.names : [];
  expect(names).toHaveLength(MAX_IMPORTED_REACTION_NAMES);
  expect(names.slice(0, 2)).toEqual(['Eve', 'Name of p0']);
});

const manyNames = ['🌊', '⛵'].map((emoji) => ({
  emoji,
  names: Array.from({ length: MAX_IMPORTED_REACTION_NAMES - 1 }, () => 'Ada'),
}));

test.each([
  ['an id of an account', { author: { id: 'ada', name: 'Ada', color: 1 } }],
  ['a name that is too long', { author: { name: 'x'.repeat(100), color: 1 } }],
  ['a name without letters', { author: { name: '\u200b', color: 1 } }],
  ['a colour that is none', { author: { name: 'Ada', color: 99 } }],
  ['a text that is too long', { text: 'x'.repeat(5_000) }],
  ['no text', { text: ' ' }],
  ['more names than a message may have', { reactions: manyNames }],
  ['a time that is none', { at: -1 }],
  ['a time that is no date', { at: 8.64e15 + 1 }],
])('IM3 IM15 a message with %s is not read', (_, changes) => {
  const [thread] = commented().export() as [ExportedThread];
  expect(exportedThread.safeParse(thread).success).toBe(true);
  const messages = [{ ...thread.messages[0], ...changes }];
  expect(exportedThread.safeParse({ ...thread, messages }).success).toBe(false);
});
