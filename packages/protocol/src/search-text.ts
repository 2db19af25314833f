/** List search: matches words anywhere in a text, ignoring case and accents. */
import { MAX_SEARCH_WORDS } from './limits.ts';

export function foldText(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

/** All words must match. */
export function searchWords(search: string): readonly string[] {
  return foldText(search).split(/\s+/u).filter(Boolean).slice(0, MAX_SEARCH_WORDS);
}
