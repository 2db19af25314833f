import type { CommentThread, ThreadMessage } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { FILTERS, filterThreads } from './thread-filter.ts';

const ada = { id: 'ada', name: 'Ada', color: 1 };
const ben = { id: 'ben', name: 'Ben', color: 2 };

function thread(
  id: string,
  { author = ada, mentioned = [] as string[], isResolved = false, isImported = false } = {},
): CommentThread {
  const mentions = mentioned.map((user, i) => ({ user, offset: i, length: 1 }));
  const imported = isImported ? { author: { name: 'Cleo', color: 1 }, reactions: [] } : null;
  const given = { id, number: 1, author, text: 'Sure?', mentions, imported };
  const message = given as unknown as ThreadMessage;
  const resolved = isResolved ? { by: ben, at: 1, imported: null } : null;
  return { id, resolved, messages: [message] } as unknown as CommentThread;
}

const threads = [
  thread('t1'),
  thread('t2', { author: ben, mentioned: ['ada'] }),
  thread('t3', { isResolved: true }),
  thread('t4', { author: ben }),
  // A person’s own are not those that the person imported.
  thread('t5', { isResolved: true, isImported: true }),
];
const places = new Map([
  ['t1', { from: 50, to: 60, by: 'characters' as const }],
  ['t2', { from: 10, to: 20, by: 'words' as const }],
  ['t4', null],
]);

test('filters keep the order of the text, and what has no place is last', () => {
  const shown = FILTERS.map((filter) =>
    filterThreads(threads, { filter, me: 'ada', places }).map(({ id }) => id),
  );
  expect(shown).toEqual([['t2', 't1', 't4'], ['t3', 't5'], ['t1', 't3'], ['t2']]);
});
