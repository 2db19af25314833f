import type { ChatMessage } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { byDay } from './message-groups.ts';

const NOON = new Date(2026, 3, 9, 12).getTime();
const MINUTE = 60_000;

function message(author: string, at: number, replyTo: string | null = null): ChatMessage {
  return {
    id: `${author}-${at}`,
    number: null,
    author: { id: author, name: author, color: 0 },
    text: 'words',
    mentions: [],
    replyTo,
    reactions: [],
    at,
    editedAt: null,
    deletedAt: null,
  };
}

function shape(messages: readonly ChatMessage[]): string[][] {
  return byDay(messages).map(({ groups }) =>
    groups.map(({ author, messages: own }) => `${author.id}${own.length}`),
  );
}

test('what one says in a row is one group, until another speaks', () => {
  const said = [message('a', NOON), message('a', NOON + MINUTE), message('b', NOON + 2 * MINUTE)];
  expect(shape([...said, message('a', NOON + 3 * MINUTE)])).toEqual([['a2', 'b1', 'a1']]);
});

test('after a pause one is named again', () => {
  expect(shape([message('a', NOON), message('a', NOON + 5 * MINUTE)])).toEqual([['a1', 'a1']]);
});

test('a reply begins a group', () => {
  expect(shape([message('a', NOON), message('a', NOON + MINUTE, 'x')])).toEqual([['a1', 'a1']]);
});

test('a new day begins anew, however short the pause', () => {
  const midnight = new Date(2026, 3, 10).getTime();
  expect(shape([message('a', midnight - MINUTE), message('a', midnight)])).toEqual([
    ['a1'],
    ['a1'],
  ]);
});
