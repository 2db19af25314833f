/** Catalogues of all texts that people read. English is always complete. */
import { startTranslation } from '../translation/translation.ts';
import editor from './editor.en.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };

const english = { ...en, ...editor };

/** Loaded with the first component that shows them, which adds them. */
type LateWords = typeof import('./account.en.json') &
  typeof import('./administration.en.json') &
  typeof import('./chat.en.json') &
  typeof import('./comments.en.json') &
  typeof import('./dashboard.en.json') &
  typeof import('./data.en.json') &
  typeof import('./developer.en.json') &
  typeof import('./document-menu.en.json') &
  typeof import('./document-problem.en.json') &
  typeof import('./documents.en.json') &
  typeof import('./duplicate.en.json') &
  typeof import('./editor-controls.en.json') &
  typeof import('./export.en.json') &
  typeof import('./file-blocks.en.json') &
  typeof import('./files.en.json') &
  typeof import('./help.en.json') &
  typeof import('./history.en.json') &
  typeof import('./import.en.json') &
  typeof import('./linking.en.json') &
  typeof import('./move.en.json') &
  typeof import('./notifications.en.json') &
  typeof import('./palette.en.json') &
  typeof import('./people.en.json') &
  typeof import('./profile.en.json') &
  typeof import('./save-status.en.json') &
  typeof import('./sharing.en.json') &
  typeof import('./shortcuts.en.json') &
  typeof import('./templates.en.json') &
  typeof import('./trash.en.json') &
  typeof import('./tree.en.json') &
  typeof import('./unconfirmed.en.json') &
  typeof import('./webhooks.en.json');

type Words = typeof english & LateWords;

declare module '../translation/translation.ts' {
  interface Catalogue extends Words {}
}

export function startLanguage(): void {
  startTranslation('en', english);
}

/** The reader's regional variant of the page's language, for dates, lists and numbers: "12 March" or "March 12". */
export function formatLocale(language: string): string {
  return (
    navigator.languages.find(
      (wanted) => wanted === language || wanted.startsWith(`${language}-`),
    ) ?? language
  );
}
