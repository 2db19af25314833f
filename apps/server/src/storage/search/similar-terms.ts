/** Words that stand for a searched one: those that differ by one letter (SE8), and longer ones that contain it (SE10). */
import type { SearchTerm } from '@tandem/protocol';

/** Shorter ones are similar to too many words. */
const MIN_LETTERS = 4;
/** Fewer letters are within too many words. */
export const MIN_CONTAINED_LETTERS = 3;
/** Longer ones are rarely words, and have too many neighbours. */
const MAX_LETTERS = 24;

/** Folded letters that may stand in the place of a wrong one: those of the same script. */
const ALPHABETS = [
  'abcdefghijklmnopqrstuvwxyz',
  'αβγδεζηθικλμνξοπρστυφχψω',
  'абвгдежзиклмнопрстуфхцчшщъыьэюя',
  'אבגדהוזחטיךכלםמןנסעףפץצקרשת',
  'ابتثجحخدذرزسشصضطظعغفقكلمنهويةىء',
];

/** A number is meant as it is written. */
const WORD = /^\p{L}+$/u;

/**
 * With one letter more, one less, another one, or two neighbours swapped. Empty for what has no similar words: short
 * words, numbers, and scripts that are searched by pairs.
 */
export function similarTerms({ phrase: [word = '', ...more], isPrefix }: SearchTerm): SearchTerm[] {
  const letters = [...word];
  const { length } = letters;
  if (more.length > 0 || length < MIN_LETTERS || length > MAX_LETTERS || !WORD.test(word))
    return [];
  const alphabet = [...(ALPHABETS.find((one) => one.includes(letters[0] ?? '')) ?? word)];
  const similar = new Set<string>();
  const add = (from: number, to: number, ...instead: string[]) =>
    similar.add([...letters.slice(0, from), ...instead, ...letters.slice(to)].join(''));
  for (let at = 0; at <= length; at++) {
    for (const letter of alphabet) add(at, at, letter);
    if (at === length) break;
    for (const letter of alphabet) add(at, at + 1, letter);
    const [one = '', other = ''] = letters.slice(at);
    add(at, at + 2, other, one);
    // A beginning that is even shorter begins too many words.
    if (!isPrefix || length > MIN_LETTERS) add(at, at + 1);
  }
  similar.delete(word);
  return [...similar].map((term) => ({ phrase: [term], isPrefix }));
}

/** The letters of a word that may be within longer ones; null for few letters, and for scripts that are searched by pairs. */
export function containedLetters({ phrase: [word = '', ...more] }: SearchTerm): string | null {
  return more.length > 0 || [...word].length < MIN_CONTAINED_LETTERS ? null : word;
}

/** @param words of the person's documents. */
export function longerTerms(term: SearchTerm, words: readonly string[]): SearchTerm[] {
  const letters = containedLetters(term);
  if (letters === null) return [];
  return words
    .filter((word) => word.includes(letters))
    .map((word) => ({ phrase: [word], isPrefix: false }));
}
