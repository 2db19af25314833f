import { expect, test } from 'vitest';
import { mentionedIn, textParts } from './message-text.ts';

const ana = { id: 'u1', name: 'Ana', color: 0 };
const anaMaria = { id: 'u2', name: 'Ana María', color: 1 };
const people = [ana, anaMaria];

test('an address is a link, without what ends the sentence', () => {
  expect(textParts('See https://tide.example/log(2)?q=a, then.', people)).toEqual([
    { kind: 'text', text: 'See ' },
    {
      kind: 'link',
      text: 'https://tide.example/log(2)?q=a',
      href: 'https://tide.example/log(2)?q=a',
    },
    { kind: 'text', text: ', then.' },
  ]);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'https://'])('%s is text', (text) => {
  expect(textParts(text, people)).toEqual([{ kind: 'text', text }]);
});

test('the longer of two names is meant', () => {
  expect(mentionedIn('@Ana María and @Ana: look', people)).toEqual(['u2', 'u1']);
});

test('a name that goes on is somebody else’s', () => {
  expect(mentionedIn('@Anatol and me@Ana', people)).toEqual(['u1']);
  expect(textParts('@Anatol', people)).toEqual([{ kind: 'text', text: '@Anatol' }]);
});

test('all parts together are the text', () => {
  const text = 'a @Ana b https://x.example/@Ana c @nobody';
  expect(
    textParts(text, people)
      .map((part) => part.text)
      .join(''),
  ).toBe(text);
  expect(mentionedIn(text, people)).toEqual(['u1']);
});
