import type { TextRun } from './common-text.ts';
import type { LeafLine } from './leaf-line.ts';

/**
 * Cuts runs to whole characters. Yjs replaces both halves of a split surrogate pair, so a partly
 * kept pair is deleted and inserted as a whole.
 */
export function wholeCharacters(
  before: LeafLine,
  after: LeafLine,
  runs: readonly TextRun[],
): TextRun[] {
  const isCut = (run: TextRun, offset: number): boolean =>
    isInPair(before.text, run.before + offset) || isInPair(after.text, run.after + offset);
  return merged(runs).flatMap((run) => {
    const skipped = isCut(run, 0) ? 1 : 0;
    const length = run.length - skipped - (isCut(run, run.length) ? 1 : 0);
    if (length <= 0) return [];
    return [{ before: run.before + skipped, after: run.after + skipped, length }];
  });
}

function merged(runs: readonly TextRun[]): TextRun[] {
  const all: TextRun[] = [];
  for (const run of runs) {
    const last = all.at(-1);
    const isNext =
      last && run.before === last.before + last.length && run.after === last.after + last.length;
    if (isNext) all[all.length - 1] = { ...last, length: last.length + run.length };
    else all.push(run);
  }
  return all;
}

function isInPair(text: string, index: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(Math.max(0, index - 1), index + 1));
}
