const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';
const BIDI_CONTROL = /\p{Bidi_Control}/gu;
/** A mark of direction, or a letter that is written from right to left. */
const CHANGES_DIRECTION =
  /[\p{Bidi_Control}\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name or a title within a sentence that is one string, such as a label: it cannot turn the words around it. Where
 * there are elements, `<bdi>` does the same.
 */
export function isolated(text: string): string {
  if (!CHANGES_DIRECTION.test(text)) return text;
  return FIRST_STRONG_ISOLATE + text.replace(BIDI_CONTROL, '') + POP_DIRECTIONAL_ISOLATE;
}

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
