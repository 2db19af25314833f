/** Catalogues of all texts that people read. English is always complete. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import editor from './editor.en.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };

const english = { ...en, ...editor };

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof english };
  }
}

export function startLanguage(): void {
  void i18next.use(initReactI18next).init({
    resources: { en: { translation: english } },
    lng: 'en',
    fallbackLng: 'en',
    // React escapes all texts.
    interpolation: { escapeValue: false },
  });
}

/** The reader's regional variant of the page's language, for dates, lists and numbers: "12 March" or "March 12". */
export function formatLocale(language: string): string {
  return (
    navigator.languages.find(
      (wanted) => wanted === language || wanted.startsWith(`${language}-`),
    ) ?? language
  );
}
