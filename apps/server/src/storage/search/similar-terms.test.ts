import { describe, expect, test } from 'vitest';
import { searchTermsOf } from '@tandem/protocol';
import { similarTerms } from './similar-terms.ts';

const similarTo = (search: string) =>
  searchTermsOf(search)
    .flatMap(similarTerms)
    .map(({ phrase }) => phrase.join(' '));

describe('SE8 similar words', () => {
  test.each([
    ['wter ', 'water'],
    ['waater ', 'water'],
    ['wster ', 'water'],
    ['awter ', 'water'],
    ['watre ', 'water'],
    ['Straase ', 'strase'],
    ['λόγως ', 'λογοσ'],
    ['вада ', 'вода'],
    ['שלרם ', 'שלום'],
  ])('%s: %s', (search, word) => {
    expect(similarTo(search)).toContain(word);
  });

  test('two wrong letters are another word, and the word itself is not similar', () => {
    expect(similarTo('wter ')).not.toContain('waters');
    expect(similarTo('water ')).not.toContain('water');
    expect(new Set(similarTo('noon ')).size).toBe(similarTo('noon ').length);
  });

  test.each(['cat ', '2026 ', 'v2026 ', '東京', '東京都に', 'हिन्दी', 'x'.repeat(30)])(
    'none: %s',
    (search) => {
      expect(similarTo(search)).toEqual([]);
    },
  );

  test('the beginning of a word is similar to beginnings that are not shorter than four letters', () => {
    const terms = similarTerms({ phrase: ['wter'], isPrefix: true });
    expect(terms).toContainEqual({ phrase: ['water'], isPrefix: true });
    expect(terms.every(({ phrase }) => [...(phrase[0] ?? '')].length >= 4)).toBe(true);
  });

  test('a word has some hundred similar ones', () => {
    expect(similarTo('collaboration ').length).toBeLessThan(750);
  });
});
