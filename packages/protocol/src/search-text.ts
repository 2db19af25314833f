/** How lists are searched: by words that stand anywhere in a text, whatever their case and accents. */
import { MAX_SEARCH_WORDS } from './limits.ts';

/** Text in the form in which it is compared. */
export function foldText(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

/** The words of a search; each has to stand in what is found. */
export function searchWords(search: string): readonly string[] {
  return foldText(search).split(/\s+/u).filter(Boolean).slice(0, MAX_SEARCH_WORDS);
}
