import { expect, test } from 'vitest';
import {
  commentCommands,
  reduceComments,
  type CommentAnchor,
  type CommentsState,
} from './comments.ts';
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
    imported: null,
  });
  const user = { ...person('ben'), name: 'Benjamin' };
  const renamed = reduceComments(resolved, { name: 'profile:changed', at: 10, user });
  expect(renamed.threads[1]?.resolved).toEqual({ by: user, at: 9, imported: null });
  expect(renamed.threads[0]).toBe(resolved.threads[0]);
});

test('CO8 an imported message is from no later than now, and loses its names when it is deleted', () => {
  const imported = {
    author: { name: 'Cleo', color: 2 },
    at: 5,
    editedAt: 99,
    reactions: [{ emoji: '🌊', names: ['Dan'] }],
  };
  const input = { document: 'd1', anchor, text: 'tide', mentions: [], imported };
  const start = commentCommands['comment:start'];
  const isValid = (changes: object) => start.input.safeParse({ ...input, ...changes }).success;
  expect(isValid({})).toBe(true);
  expect(isValid({ imported: { ...imported, author: { ...imported.author, id: 'ada' } } })).toBe(
    false,
  );
  const names = Array.from({ length: 101 }, () => 'Dan');
  expect(isValid({ imported: { ...imported, reactions: [{ emoji: '🌊', names }] } })).toBe(false);
  expect(isValid({ imported: { ...imported, reactions: [{ emoji: 'x', names: ['Dan'] }] } })).toBe(
    false,
  );
  expect(isValid({ imported: { ...imported, at: 8.64e15 } })).toBe(true);
  expect(isValid({ imported: { ...imported, at: 8.64e15 + 1 } })).toBe(false);
  const made = newMessage({ id: 'm9', author: person('ada'), at: 50 }, input);
  expect(made).toMatchObject({ author: { id: 'ada' }, at: 5, editedAt: 50 });
  expect(made.imported).toEqual({ author: imported.author, reactions: imported.reactions });
  const state = reduceComments(
    { type: 'comments', threads: [], head: 0 },
    {
      name: 'comment:started',
      at: 50,
      thread: { id: 'm9', anchor, resolved: null, messages: [made, message(2)] },
    },
  );
  const deleted = { name: 'comment:deleted', at: 60, thread: 'm9', message: 'm9' } as const;
  expect(reduceComments(state, deleted).threads[0]?.messages[0]?.imported).toBeNull();
  const resolved = reduceComments(state, {
    ...({ name: 'comment:resolved', at: 60, thread: 'm9', user: person('ada'), on: true } as const),
    imported: { by: imported.author, at: 7 },
  });
  expect(resolved.threads[0]?.resolved).toEqual({
    by: person('ada'),
    at: 7,
    imported: imported.author,
  });
});

test('CO8 an imported resolution is expected at no later time than now', () => {
  const state: CommentsState = { type: 'comments', threads: [], head: 0 };
  const predicted = (on: boolean, at: number) =>
    commentCommands['comment:resolve'].predict({
      ...{ id: 'c1', user: person('ada'), at: 50, state, findUser: () => null },
      input: { document: 'd1', thread: 'm9', on, imported: { by: { name: 'Cleo', color: 2 }, at } },
    });
  expect(predicted(true, 8.64e15)).toMatchObject({ imported: { by: { name: 'Cleo' }, at: 50 } });
  expect(predicted(true, 7)).toMatchObject({ imported: { at: 7 } });
  expect(predicted(false, 7)).toMatchObject({ on: false, imported: null });
});
