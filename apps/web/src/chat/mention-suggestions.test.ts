import { expect, test } from 'vitest';
import type { Translate } from '../translation/translation.ts';
import { suggestionsFor } from './mention-suggestions.ts';
import type { ChatPerson } from './chat-people.ts';

const person = (id: string, name: string, facts: Partial<ChatPerson> = {}): ChatPerson => ({
  id,
  name,
  color: 0,
  isHere: false,
  role: null,
  spokeAt: null,
  ...facts,
});
const t = ((key: string, { time }: { time?: string } = {}) =>
  key.replace('chat.person.', '') + (time ? ` ${time}` : '')) as unknown as Translate;
const formatTime = (at: number) => `${at}h`;

function suggested(query: string, people: readonly ChatPerson[]) {
  return suggestionsFor(query, { people, t, formatTime }).map(({ person: { id }, detail }) => [
    id,
    detail,
  ]);
}

test('people are found by each word of their name, in any script', () => {
  const people = [person('u1', 'Ana María'), person('u2', '张三'), person('u3', 'Ben')];
  expect(suggested('ma', people)).toEqual([['u1', '']]);
  expect(suggested('张', people)).toEqual([['u2', '']]);
  expect(suggested('', people)).toHaveLength(3);
});

test('people with the same name are distinguished by known facts', () => {
  const people = [
    person('u1', 'Alex', { isHere: true, role: 'owner', spokeAt: 12 }),
    person('u2', 'alex', { role: 'editor' }),
    person('u3', 'Alexa'),
  ];
  expect(suggested('al', people)).toEqual([
    ['u1', 'here · owner · spoke 12h'],
    ['u2', 'editor'],
    ['u3', ''],
  ]);
});

test('people with the same name and facts are distinguished by their ids', () => {
  const people = [person('user-aaaa', 'Alex'), person('user-bbbb', 'Alex')];
  expect(suggested('al', people)).toEqual([
    ['user-aaaa', '#aaaa'],
    ['user-bbbb', '#bbbb'],
  ]);
});
