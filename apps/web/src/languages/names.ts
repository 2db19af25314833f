const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';
const BIDI_CONTROL = /\p{Bidi_Control}/gu;
const CHANGES_DIRECTION =
  /[\p{Bidi_Control}\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Isolates the direction of a name or title inside a plain string, such as a label, so that it cannot reorder the
 * words around it. Elements use `<bdi>` instead.
 */
export function isolated(text: string): string {
  if (!CHANGES_DIRECTION.test(text)) return text;
  return FIRST_STRONG_ISOLATE + text.replace(BIDI_CONTROL, '') + POP_DIRECTIONAL_ISOLATE;
}

export function nameList(names: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names.map(isolated));
}

export function nameParts(names: readonly string[], language: string): readonly string[] {
  return new Intl.ListFormat(language, { type: 'conjunction' })
    .formatToParts(names)
    .map(({ value }) => value);
}
