import { MAX_SEARCH_WORDS } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { foldedName, nameParts } from './folded-name.ts';

test('PE3 names are searched by the beginnings of their words, scripts without blanks anywhere', () => {
  expect(foldedName('Anne-Marie O’Brien')).toBe(' anne marie o brien');
  expect(nameParts('ANNE-mar')).toEqual([' anne', ' mar']);
  expect(nameParts('太郎')).toEqual(['太郎']);
});

test('PE3 signs between letters make no more parts than a search has words', () => {
  const letters = Array.from({ length: 100 }, (_, at) => String.fromCharCode(0x61 + (at % 26)));
  expect(nameParts(letters.join('.'))).toHaveLength(MAX_SEARCH_WORDS);
  expect(nameParts('a.a.a.a.a.a.a.a.a.zz')).toEqual([' a', ' zz']);
});
