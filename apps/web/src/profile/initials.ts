const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Two letters that stand for a name: of the first and last word, or the first two of a single one. */
export function initials(name: string): string {
  // Marks of direction, and letters that show nothing, stand for nobody.
  const words = name
    .replace(/[\p{Bidi_Control}\u00ad\u200b\u2060\u2800\u3164\ufeff\uffa0]/gu, '')
    .trim()
    .split(/\s+/u);
  const last = words.at(-1) ?? '';
  const letters = words.length > 1 ? [first(words[0]!, 1), first(last, 1)] : [first(last, 2)];
  return letters.join('').toLocaleUpperCase();
}

function first(word: string, count: number): string {
  return Array.from(graphemes.segment(word), ({ segment }) => segment)
    .slice(0, count)
    .join('');
}
