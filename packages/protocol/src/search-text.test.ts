import { expect, test } from 'vitest';
import { MAX_SEARCH_WORDS } from './limits.ts';
import { foldText, searchWords } from './search-text.ts';

test.each([
  ['Ébauche', 'ebauche'],
  ['ＴＩＤＥ', 'tide'],
  ['Прилив', 'прилив'],
  ['潮汐', '潮汐'],
  ['Straße', 'straße'],
])('%s is compared as %s', (text, folded) => {
  expect(foldText(text)).toBe(folded);
});

test('a search has so many words', () => {
  expect(searchWords('  Tide\tLÓG ')).toEqual(['tide', 'log']);
  expect(searchWords(' ')).toEqual([]);
  expect(searchWords('a '.repeat(50))).toHaveLength(MAX_SEARCH_WORDS);
});
