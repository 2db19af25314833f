import type { ThreadMessage } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { messageRows } from './message-rows.ts';

const NOON = new Date(2026, 3, 9, 12).getTime();
const MINUTE = 60_000;

function message(author: string, at: number, more: Partial<ThreadMessage> = {}): ThreadMessage {
  return {
    id: `${author}-${at}`,
    number: null,
    author: { id: author, name: author, color: 0 },
    text: 'words',
    mentions: [],
    replyTo: null,
    reactions: [],
    at,
    editedAt: null,
    deletedAt: null,
    imported: null,
    ...more,
  };
}

/** `|`: a new day, `*`: the first unread message, with the author where one is named. */
function shape(messages: readonly ThreadMessage[], readUpTo: number | null = null): string {
  return messageRows(messages, { readUpTo, me: 'me' })
    .map(
      ({ message: { author }, day, isFirstNew, isNamed }) =>
        `${day === null ? '' : '|'}${isFirstNew ? '*' : ''}${isNamed ? author.id : '.'}`,
    )
    .join(' ');
}

test('consecutive messages of one author have one name above them', () => {
  const messages = [
    message('a', NOON),
    message('a', NOON + MINUTE),
    message('b', NOON + 2 * MINUTE),
  ];
  expect(shape([...messages, message('a', NOON + 3 * MINUTE)])).toBe('|a . b a');
});

test('the author is named again after a pause', () => {
  expect(shape([message('a', NOON), message('a', NOON + 5 * MINUTE)])).toBe('|a a');
});

test('W48 names from a file are authors of their own', () => {
  const from = (name: string, at: number, color = 1) =>
    message('a', NOON + at, { imported: { author: { name, color }, reactions: [] } });
  expect(shape([from('Ada', 0), from('Ada', 1), from('Cleo', 2), message('a', NOON + 3)])).toBe(
    '|a . a a',
  );
  // Two people may have one name.
  expect(shape([from('Ada', 0), from('Ada', 1, 2)])).toBe('|a a');
});

test('the author of a reply is named', () => {
  expect(shape([message('a', NOON), message('a', NOON + 1, { replyTo: 'x' })])).toBe('|a a');
});

test('a new day begins a new group, however short the pause', () => {
  const midnight = new Date(2026, 3, 10).getTime();
  expect(shape([message('a', midnight - MINUTE), message('a', midnight)])).toBe('|a |a');
  const rows = messageRows([message('a', midnight + 5)], { readUpTo: null, me: null });
  expect(rows[0]?.day).toBe(midnight);
});

describe('the unread messages begin', () => {
  const numbered = (author: string, number: number, more: Partial<ThreadMessage> = {}) =>
    message(author, NOON + number, { number, ...more });

  test('with the first unread message, once', () => {
    const messages = [1, 2, 3, 4].map((number) => numbered('a', number));
    expect(shape(messages, 2)).toBe('|a . *a .');
    expect(shape(messages, 4)).toBe('|a . . .');
    expect(shape(messages, null)).toBe('|a . . .');
  });

  test('with a message of another person that is not deleted', () => {
    const deleted = numbered('a', 3, { deletedAt: NOON });
    expect(shape([numbered('a', 1), numbered('me', 2), deleted, numbered('a', 4)], 1)).toBe(
      '|a me a *a',
    );
    expect(shape([numbered('a', 1), message('me', NOON + 9)], 1)).toBe('|a me');
  });

  test('W48 with none that was imported', () => {
    const imported = { author: { name: 'Ada', color: 1 }, reactions: [] };
    expect(shape([numbered('b', 1, { imported }), numbered('a', 2)], 0)).toBe('|b *a');
  });
});
