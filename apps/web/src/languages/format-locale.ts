/** The reader's own variant of the page's language, for dates, lists and numbers: "12 March" for one, "March 12" for another. */
export function formatLocale(language: string): string {
  return (
    navigator.languages.find(
      (wanted) => wanted === language || wanted.startsWith(`${language}-`),
    ) ?? language
  );
}
