import type { ThreadMessage } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { peopleOf } from './chat-people.ts';

const ben = { id: 'ben', name: 'Ben', color: 1 };
const message = (changes: Partial<ThreadMessage>) =>
  ({ author: ben, reactions: [], at: 5, imported: null, ...changes }) as unknown as ThreadMessage;
const imported = { author: { name: 'Ada', color: 2 }, reactions: [] };
const nobody = { roles: [], members: [] };

test('people are known by what they wrote, by their role and by being here', () => {
  const roles = [{ user: ben, role: 'viewer' as const }];
  const members = [{ id: 'ben', name: 'Benjamin', color: 2 }];
  expect(peopleOf([message({})], { roles, members })).toEqual([
    { id: 'ben', name: 'Benjamin', color: 2, isHere: true, role: 'viewer', spokeAt: 5 },
  ]);
});

test('CO8 a person who imported something did not speak when it was written', () => {
  expect(peopleOf([message({ imported, at: 2 })], nobody)).toMatchObject([
    { id: 'ben', spokeAt: null },
  ]);
  const messages = [message({ at: 7 }), message({ imported, at: 2 })];
  expect(peopleOf(messages, nobody)).toMatchObject([{ id: 'ben', spokeAt: 7 }]);
});
