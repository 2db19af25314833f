import { expect, test } from 'vitest';
import { mentionQuery } from './mention-query.ts';

test.each([
  ['@', { from: 0, query: '' }],
  ['hello @an', { from: 6, query: 'an' }],
  ['@Ana Mar', { from: 0, query: 'Ana Mar' }],
  ['(@a', { from: 1, query: 'a' }],
  ['你好@An', { from: 2, query: 'An' }],
  ['привет@An', { from: 6, query: 'An' }],
  ['こんにちは＠An', { from: 5, query: 'An' }],
  ['＠An', { from: 0, query: 'An' }],
  ['me@example', null],
  ['élan@example', null],
  ['anna.b-1@example', null],
  ['https://example.org/@an', null],
  ['@ a', null],
  ['@Ana Mar says', null],
  ['no one', null],
])('%s', (text, expected) => {
  expect(mentionQuery(text, text.length)).toEqual(expected);
});

test('what stands behind the caret does not count', () => {
  expect(mentionQuery('@ana and more', 3)).toEqual({ from: 0, query: 'an' });
});
