/**
 * Terms of full text search (SE1–SE3), the same for what is searched and for the search. A term is a folded
 * word; scripts without blanks, and Korean, have pairs of neighbouring letters instead, because most of their
 * words have two letters.
 */
import { foldComposed } from './fold.ts';
import { MAX_SEARCH_WORDS } from './limits.ts';

/** Letters of scripts that are searched by pairs. */
const PAIRED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー`;
/** A run of one script kind. */
const RUNS = new RegExp(String.raw`(?<pairs>[${PAIRED}]+)|(?<word>[\p{L}\p{N}\p{M}]+)`, 'gu');
const BEGINS_PAIRED = new RegExp(`^[${PAIRED}]`, 'u');

/** Whether a word is of a script in which words are not apart: its beginning may be anywhere. */
export function isPaired(word: string): boolean {
  return BEGINS_PAIRED.test(word);
}

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
    // The beginning of a word has two letters at least: one is in too many words.
    if (groups?.['word'] !== undefined)
      return { phrase: [clip(run)], isPrefix: isLast && [...run].length > 1 };
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

/**
 * Where a text contains what was searched, in UTF-16 units, in order and without overlaps.
 *
 * @param text in Unicode's form NFC
 */
export function matchesIn(text: string, terms: readonly SearchTerm[]): SearchMatch[] {
  const { folded, starts, ends } = foldWithPlaces(text);
  const wanted = new WantedTerms(terms);
  const found: SearchMatch[] = [];
  for (const { index, 0: run, groups } of folded.matchAll(RUNS)) {
    const places =
      groups?.['word'] === undefined ? wanted.placesOfPairs(run) : wanted.placesOfWord(run);
    for (const [from, to] of places)
      found.push({ from: starts[index + from] ?? 0, to: ends[index + to - 1] ?? text.length });
  }
  found.sort((one, other) => one.from - other.from || other.to - one.to);
  let end = 0;
  return found.filter(({ from, to }) => {
    const isApart = from >= end;
    if (isApart) end = to;
    return isApart;
  });
}

type Place = readonly [from: number, to: number];

/** A search may have hundreds of similar words. */
class WantedTerms {
  readonly #words = new Set<string>();
  readonly #beginnings = new Set<string>();
  /** Of beginnings, the longest first. */
  readonly #lengths: readonly number[];
  readonly #pairs: readonly string[];

  constructor(terms: readonly SearchTerm[]) {
    const pairs = new Set<string>();
    for (const { phrase, isPrefix } of terms) {
      const letters = joined(phrase);
      if (BEGINS_PAIRED.test(letters)) pairs.add(letters);
      else (isPrefix ? this.#beginnings : this.#words).add(letters);
    }
    this.#pairs = [...pairs];
    this.#lengths = [...new Set([...this.#beginnings].map(({ length }) => length))].sort(
      (one, other) => other - one,
    );
  }

  placesOfWord(run: string): Place[] {
    if (this.#words.has(clip(run)) || this.#beginnings.has(clip(run))) return [[0, run.length]];
    const length = this.#lengths.find((one) => this.#beginnings.has(run.slice(0, one)));
    return length === undefined ? [] : [[0, length]];
  }

  placesOfPairs(run: string): Place[] {
    return this.#pairs.flatMap((pairs) => placesOf(run, pairs));
  }
}

function placesOf(run: string, wanted: string): Place[] {
  const places: Place[] = [];
  for (let at = run.indexOf(wanted); at >= 0; at = run.indexOf(wanted, at + wanted.length))
    places.push([at, at + wanted.length]);
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

interface Folded {
  readonly folded: string;
  /** For each unit of the folded text: where its letter begins and ends in the text. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

function foldWithPlaces(text: string): Folded {
  let folded = '';
  const starts: number[] = [];
  const ends: number[] = [];
  const known = new Map<string, string>();
  let at = 0;
  for (const letter of text) {
    let part = known.get(letter);
    if (part === undefined) {
      part = foldComposed(letter);
      known.set(letter, part);
    }
    const end = at + letter.length;
    for (let unit = 0; unit < part.length; unit++) {
      starts.push(at);
      ends.push(end);
    }
    // A mark that is folded away belongs to the letter before it.
    if (part === '' && ends.at(-1) === at) ends[ends.length - 1] = end;
    folded += part;
    at = end;
  }
  return { folded, starts, ends };
}
