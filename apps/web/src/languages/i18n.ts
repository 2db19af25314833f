/** Catalogues of all texts that people read. English is always complete. */
import { addTexts, startTranslation } from '../translation/translation.ts';
import type comments from './comments.en.json';
import editor from './editor.en.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };

const english = { ...en, ...editor };
type English = typeof english & typeof comments;

/** Loaded with the first component that shows them. */
type LateWords = typeof import('./account.en.json') &
  typeof import('./export.en.json') &
  typeof import('./files.en.json') &
  typeof import('./import.en.json') &
  typeof import('./notifications.en.json') &
  typeof import('./sharing.en.json');

declare module '../translation/translation.ts' {
  interface Catalogue extends English, LateWords {}
}

export function startLanguage(): void {
  startTranslation('en', english as English);
}

/** The words of comments, which are loaded with them. */
export function addCommentWords(words: typeof comments): void {
  addTexts({ comments: { ...english.comments, ...words.comments } });
}

/** The reader's regional variant of the page's language, for dates, lists and numbers: "12 March" or "March 12". */
export function formatLocale(language: string): string {
  return (
    navigator.languages.find(
      (wanted) => wanted === language || wanted.startsWith(`${language}-`),
    ) ?? language
  );
}
