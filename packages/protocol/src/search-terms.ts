/**
 * Terms of full text search (SE1–SE3), the same for what is searched and for the search. A term is a folded
 * word; scripts without blanks, and Korean, have pairs of neighbouring letters instead, because most of their
 * words have two letters.
 */
import { foldComposed } from './fold.ts';
import { MAX_SEARCH_WORDS } from './limits.ts';

/** A run of one script kind: letters of words, or letters of scripts that are searched by pairs. */
const RUNS =
  /(?<pairs>[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+)|(?<word>[\p{L}\p{N}\p{M}]+)/gu;

/** Longer ones are numbers or data. */
const MAX_TERM_LENGTH = 40;

export interface SearchTerm {
  /** Terms that follow each other in the text. */
  readonly phrase: readonly string[];
  /** The last term of the phrase may be the beginning of a longer one. */
  readonly isPrefix: boolean;
}

/** All terms of a text in their order, repetitions included. */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const { groups } of foldComposed(text).matchAll(RUNS)) {
    if (groups?.['word'] !== undefined) terms.push(clip(groups['word']));
    else terms.push(...pairsOf(groups?.['pairs'] ?? ''));
  }
  return terms;
}

/** What a text must contain to be found: each of these. Only the last word may be incomplete. */
export function searchTermsOf(search: string): SearchTerm[] {
  const folded = foldComposed(search);
  const runs = [...folded.matchAll(RUNS)].slice(0, MAX_SEARCH_WORDS);
  return runs.map(({ groups, index, 0: run }) => {
    const isLast = index + run.length === folded.length;
    if (groups?.['word'] !== undefined) return { phrase: [clip(run)], isPrefix: isLast };
    const letters = [...run];
    // A text has each letter of such a run at the beginning of a pair, or alone at the end.
    if (letters.length === 1) return { phrase: letters, isPrefix: true };
    return { phrase: pairsOf(run).slice(0, -1), isPrefix: false };
  });
}

export interface SearchMatch {
  readonly from: number;
  readonly to: number;
}

/** Where a text contains what was searched, in UTF-16 units, in order and without overlaps. */
export function matchesIn(text: string, terms: readonly SearchTerm[]): SearchMatch[] {
  const { folded, positions } = foldWithPositions(text);
  const found: SearchMatch[] = [];
  for (const { index, 0: run, groups } of folded.matchAll(RUNS)) {
    for (const { phrase, isPrefix } of terms) {
      const wanted = groups?.['word'] === undefined ? joined(phrase) : (phrase[0] ?? '');
      for (const at of placesOf(run, wanted, {
        isWord: groups?.['word'] !== undefined,
        isPrefix,
      })) {
        const from = positions[index + at] ?? 0;
        const to = positions[index + at + wanted.length] ?? text.length;
        found.push({ from, to });
      }
    }
  }
  found.sort((one, other) => one.from - other.from || other.to - one.to);
  let end = 0;
  return found.filter(({ from, to }) => {
    const isApart = from >= end;
    if (isApart) end = to;
    return isApart;
  });
}

function placesOf(
  run: string,
  wanted: string,
  { isWord, isPrefix }: { readonly isWord: boolean; readonly isPrefix: boolean },
): number[] {
  if (isWord) return run === wanted || (isPrefix && run.startsWith(wanted)) ? [0] : [];
  const places: number[] = [];
  for (let at = run.indexOf(wanted); at >= 0; at = run.indexOf(wanted, at + wanted.length))
    places.push(at);
  return places;
}

/** The letters of overlapping pairs. */
function joined(pairs: readonly string[]): string {
  return pairs.map((pair, at) => (at === 0 ? pair : [...pair].slice(1).join(''))).join('');
}

function pairsOf(run: string): string[] {
  const letters = [...run];
  return letters.map((letter, at) => letter + (letters[at + 1] ?? ''));
}

function clip(word: string): string {
  return [...word].slice(0, MAX_TERM_LENGTH).join('');
}

/** @returns for each unit of the folded text, the place in the text; the last one is its end. */
function foldWithPositions(text: string): {
  readonly folded: string;
  readonly positions: number[];
} {
  let folded = '';
  const positions: number[] = [];
  let at = 0;
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    const part = foldComposed(segment);
    for (let unit = 0; unit < part.length; unit++) positions.push(at);
    folded += part;
    at += segment.length;
  }
  positions.push(text.length);
  return { folded, positions };
}
