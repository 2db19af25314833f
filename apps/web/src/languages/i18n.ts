/** Every word that a person reads comes from a catalogue; English is the one that is always complete. */
import i18next from 'i18next';
import editor from './editor.en.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import { initReactI18next } from 'react-i18next';

const english = { ...en, ...editor };

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof english };
  }
}

/** Catalogues are part of the build, so the first words are there before the first paint. */
export function startLanguage(): void {
  void i18next.use(initReactI18next).init({
    resources: { en: { translation: english } },
    lng: 'en',
    fallbackLng: 'en',
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
}

/** The reader's own variant of the page's language, for dates, lists and numbers: "12 March" for one, "March 12" for another. */
export function formatLocale(language: string): string {
  return (
    navigator.languages.find(
      (wanted) => wanted === language || wanted.startsWith(`${language}-`),
    ) ?? language
  );
}
