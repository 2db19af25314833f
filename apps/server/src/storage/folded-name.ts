/** Names as people search for them (PE3): by the beginnings of their words. */
import { foldText, isPaired, searchWords } from '@tandem/protocol';

const APART = /[^\p{L}\p{N}\p{M}]+/u;

/** Its words, each behind a blank. */
export function foldedName(name: string): string {
  return foldText(name)
    .split(APART)
    .filter(Boolean)
    .map((word) => ` ${word}`)
    .join('');
}

/** What a folded name has to contain, each of them. */
export function nameParts(search: string): readonly string[] {
  return searchWords(search)
    .flatMap((word) => word.split(APART))
    .filter(Boolean)
    .map((word) => (isPaired(word) ? word : ` ${word}`));
}
