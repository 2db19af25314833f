import type { LeafLine } from './leaf-line.ts';

/** Larger gaps (product of lengths) are not compared character by character. */
const MAX_COMPARISON = 1_000_000;

export interface TextRun {
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

export function commonRuns(a: string, b: string): TextRun[] {
  const shortest = Math.min(a.length, b.length);
  let head = 0;
  while (head < shortest && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shortest - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const runs: TextRun[] = head > 0 ? [{ before: 0, after: 0, length: head }] : [];
  const [middleA, middleB] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  if (middleA.length * middleB.length <= MAX_COMPARISON) {
    for (const [i, j] of commonSubsequence(middleA, middleB))
      runs.push({ before: head + i, after: head + j, length: 1 });
  }
  if (tail > 0) runs.push({ before: a.length - tail, after: b.length - tail, length: tail });
  return runs;
}

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

function commonSubsequence(a: string, b: string): [number, number][] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j]!;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
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
