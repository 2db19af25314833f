/** How much of one text is left in another. */

/** The part of the words of `text`, by their letters, that stand in `other` in the same order. */
export function keptPart(text: string, other: string): number {
  const words = wordsOf(text);
  const letters = words.reduce((sum, { length }) => sum + length, 0);
  if (letters === 0) return 0;
  return longestCommon(words, wordsOf(other), ({ length }) => length) / letters;
}

/** The number of letters that both have in the same order. */
export function commonLength(one: string, other: string): number {
  return longestCommon([...one], [...other], ({ length }) => length);
}

/** Words, and each letter of scripts that do not separate them. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+/gu;

function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** The weight of the longest common subsequence. Quadratic: anchors bound both texts. */
function longestCommon(
  one: readonly string[],
  other: readonly string[],
  weightOf: (item: string) => number,
): number {
  let row = Array.from({ length: other.length + 1 }, () => 0);
  for (const item of one) {
    const next = [0];
    for (const [j, another] of other.entries()) {
      const best = Math.max(row[j + 1]!, next[j]!);
      next.push(item === another ? Math.max(best, row[j]! + weightOf(item)) : best);
    }
    row = next;
  }
  return row.at(-1)!;
}
