import { isolated } from './isolated.ts';

/** "Mara, Anton and Jun", in the reader's language. */
export function nameList(names: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names.map(isolated));
}

/** The same in its parts: each name, and what stands between two. */
export function nameParts(names: readonly string[], language: string): readonly string[] {
  return new Intl.ListFormat(language, { type: 'conjunction' })
    .formatToParts(names)
    .map(({ value }) => value);
}
