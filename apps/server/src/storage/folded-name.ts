/** Names as people search for them (PE3): by the beginnings of their words. */
import { foldText, isPaired, MAX_SEARCH_WORDS, searchWords } from '@tandem/protocol';

const APART = /[^\p{L}\p{N}\p{M}]+/u;

/** Its words, each behind a blank. */
export function foldedName(name: string): string {
  return foldText(name)
    .split(APART)
    .filter(Boolean)
    .map((word) => ` ${word}`)
    .join('');
}

/** What a folded name has to contain, each of them: no more than a search has words, however many signs divide it. */
export function nameParts(search: string): readonly string[] {
  const words = searchWords(search)
    .flatMap((word) => word.split(APART))
    .filter(Boolean);
  return [...new Set(words)]
    .slice(0, MAX_SEARCH_WORDS)
    .map((word) => (isPaired(word) ? word : ` ${word}`));
}
