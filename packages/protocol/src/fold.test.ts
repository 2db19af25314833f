import { describe, expect, test } from 'vitest';
import { foldText, searchWords } from './fold.ts';
import { MAX_SEARCH_WORDS } from './limits.ts';

describe('list search', () => {
  test.each([
    ['Ébauche', 'ebauche'],
    ['ＴＩＤＥ', 'tide'],
    ['Прилив', 'прилив'],
    ['潮汐', '潮汐'],
    ['Straße', 'strasse'],
    ['Łódź', 'lodz'],
    ['Ёлка', 'елка'],
    ['हिन्दी', 'हिन्दी'],
  ])('%s is compared as %s', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  test('an incomplete syllable is found', () => {
    expect(foldText('한국')).toContain(foldText('한구'));
  });

  test('a search has so many words', () => {
    expect(searchWords('  Tide\tLÓG ')).toEqual(['tide', 'log']);
    expect(searchWords(' ')).toEqual([]);
    expect(searchWords('a '.repeat(50))).toHaveLength(MAX_SEARCH_WORDS);
  });
});
