import { describe, expect, test } from 'vitest';
import { MAX_SEARCH_WORDS } from './limits.ts';
import { matchesIn, searchTermsOf, termsOf } from './search-terms.ts';

describe('SE1 terms of a text', () => {
  test.each([
    ['Übung macht den Meister!', ['ubung', 'macht', 'den', 'meister']],
    ['Łódź, Straße, smørbrød, Ærø', ['lodz', 'strasse', 'smorbrod', 'aero']],
    ['İstanbul ve ılık', ['istanbul', 've', 'ilik']],
    ['ёлка', ['елка']],
    ['don’t e-mail 3.5', ['don', 't', 'e', 'mail', '3', '5']],
    ['東京都', ['東京', '京都', '都']],
    ['検索する', ['検索', '索す', 'する', 'る']],
    ['문서를 검색', ['문서', '서를', '를', '검색', '색']],
    ['ｶﾀｶﾅ', ['カタ', 'タカ', 'カナ', 'ナ']],
    ['React 入門', ['react', '入門', '門']],
    ['हिन्दी', ['हिन्दी']],
    ['שָׁלוֹם', ['שלום']],
    ['ΛΟΓΟΣ λόγος', ['λογοσ', 'λογοσ']],
    ['', []],
  ])('%s', (text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });

  test('many marks on one letter are cut', () => {
    const marks = '\u0301\u0316'.repeat(20_000);
    expect(termsOf(`a${marks} b`)).toEqual(['a', 'b']);
  });

  test('a word of data is cut', () => {
    expect(termsOf('x'.repeat(500))).toEqual(['x'.repeat(40)]);
  });
});

describe('SE2 terms of a search', () => {
  test('only the last word may be incomplete, and only while it is being typed', () => {
    expect(searchTermsOf('high wat')).toEqual([
      { phrase: ['high'], isPrefix: false },
      { phrase: ['wat'], isPrefix: true },
    ]);
    expect(searchTermsOf('high ')).toEqual([{ phrase: ['high'], isPrefix: false }]);
  });

  test('one letter is a word of its own, because it begins too many others', () => {
    expect(searchTermsOf('a')).toEqual([{ phrase: ['a'], isPrefix: false }]);
  });

  test('letters that are searched by pairs are a phrase, and one letter begins or ends one', () => {
    expect(searchTermsOf('東京都')).toEqual([{ phrase: ['東京', '京都'], isPrefix: false }]);
    expect(searchTermsOf('文')).toEqual([{ phrase: ['文'], isPrefix: true }]);
  });

  test('only the first words count', () => {
    expect(searchTermsOf('a '.repeat(100))).toHaveLength(MAX_SEARCH_WORDS);
  });
});

describe('SE3 where a text matches', () => {
  const marked = (text: string, search: string) =>
    matchesIn(text, searchTermsOf(search)).map(({ from, to }) => text.slice(from, to));

  test.each([
    ['High Water at nine, waters', 'wat', ['Wat', 'wat']],
    ['High water at nine', 'water nine', ['water', 'nine']],
    ['Die Straße nach Łódź', 'strasse lodz', ['Straße', 'Łódź']],
    ['Cafe\u0301 au lait', 'cafe', ['Cafe\u0301']],
    ['ο λόγος και οδός', 'ΛΟΓΟΣ οδο', ['λόγος', 'οδό']],
    ['½ kg, ㎏', '1 kg', ['½', 'kg', '㎏']],
    [`${'x'.repeat(50)} y`, `${'x'.repeat(50)} `, ['x'.repeat(50)]],
    ['私は東京都に住む。東京', '東京', ['東京', '東京']],
    ['論文', '文', ['文']],
    ['👩‍🚀 water 👩‍🚀', 'water', ['water']],
    ['nothing here', 'water', []],
  ])('%s, searched by %s', (text, search, expected) => {
    expect(marked(text, search)).toEqual(expected);
  });

  test('ranges do not overlap', () => {
    expect(marked('waterworks', 'water waterworks')).toEqual(['waterworks']);
  });
});
