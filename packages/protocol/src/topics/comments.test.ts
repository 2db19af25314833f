import { expect, test } from 'vitest';
import { reduceComments, type CommentAnchor, type CommentsState } from './comments.ts';
import { newMessage } from './message.ts';

const person = (id: string) => ({ id, name: id, color: 1 });
const message = (number: number) => ({
  ...newMessage(
    { id: `m${number}`, author: person('ada'), at: number },
    { text: 'low tide', mentions: [] },
  ),
  number,
});

const anchor: CommentAnchor = {
  start: { client: 1, clock: 0 },
  end: { client: 1, clock: 2 },
  block: 'b1',
  quote: 'low',
  prefix: '',
  suffix: '',
  length: 3,
  unique: 'quote' as const,
};
const thread = (...numbers: number[]) => ({
  id: `m${numbers[0]}`,
  anchor,
  resolved: null,
  messages: numbers.map(message),
});
const state: CommentsState = { type: 'comments', threads: [thread(1, 3), thread(2)], head: 3 };

test('CO5 the first message of a thread leaves a mark while replies are left, and then the thread goes', () => {
  const deletion = { name: 'comment:deleted', at: 9, thread: 'm1' } as const;
  const marked = reduceComments(state, { ...deletion, message: 'm1' });
  expect(marked.threads[0]?.messages.map(({ text }) => text)).toEqual(['', 'low tide']);
  const gone = reduceComments(marked, { ...deletion, message: 'm3' });
  expect(gone.threads.map(({ id }) => id)).toEqual(['m2']);
  expect(gone.head).toBe(3);
});

test('CO3 who resolved a thread has the new name, too', () => {
  const resolved = reduceComments(state, {
    name: 'comment:resolved',
    at: 9,
    thread: 'm2',
    user: person('ben'),
    on: true,
  });
  const user = { ...person('ben'), name: 'Benjamin' };
  const renamed = reduceComments(resolved, { name: 'profile:changed', at: 10, user });
  expect(renamed.threads[1]?.resolved).toEqual({ by: user, at: 9 });
  expect(renamed.threads[0]).toBe(resolved.threads[0]);
});
