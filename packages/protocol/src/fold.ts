/** Text without case and accents, as both searches compare it: in lists, and in titles and text. */
import { MAX_SEARCH_WORDS } from './limits.ts';

/** Not one letter and a mark in Unicode, but one to people. */
const FOLDED: Readonly<Record<string, string>> = {
  ł: 'l',
  ß: 'ss',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  þ: 'th',
  ς: 'σ',
};
const FOLDABLE = new RegExp(`[${Object.keys(FOLDED).join('')}]`, 'gu');
/** Marks of Latin, Greek and Cyrillic, Hebrew points and Arabic vowels. Others are part of their letter: か, が. */
const MARKS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/gu;

/** Normalizing takes quadratic time in the marks on one letter. No script needs more. */
const MANY_MARKS = /(\p{M}{8})\p{M}+/gu;

/** For search in lists, where words are found anywhere in a text, also a syllable of Korean that is not complete. */
export function foldText(text: string): string {
  return foldLetters(text).trim();
}

export function searchWords(search: string): readonly string[] {
  return foldText(search).split(/\s+/u).filter(Boolean).slice(0, MAX_SEARCH_WORDS);
}

/** For terms of full text search, whose pairs are of composed letters. */
export function foldComposed(text: string): string {
  return foldLetters(text).normalize('NFC');
}

function foldLetters(text: string): string {
  return text
    .replace(MANY_MARKS, '$1')
    .normalize('NFKD')
    .toLowerCase()
    .replace(MARKS, '')
    .replace(FOLDABLE, (letter) => FOLDED[letter] ?? letter);
}
