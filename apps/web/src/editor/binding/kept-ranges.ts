import type { StepMap } from '@tiptap/pm/transform';

/** Positions `before` to `before + length` of the old document, from `after` in the new one. */
export interface KeptRange {
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

export function keptRanges(maps: readonly StepMap[], size: number): KeptRange[] {
  const ranges: KeptRange[] = [{ before: 0, after: 0, length: size }];
  for (const map of maps) followMap(ranges, map);
  return ranges;
}

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly shift: number;
}

/** Cost depends on the ranges that the map cuts or moves: a command may have one step per block. */
function followMap(ranges: KeptRange[], map: StepMap): void {
  const cuts: Cut[] = [];
  map.forEach((start, end, newStart, newEnd) =>
    cuts.push({ start, end, shift: newEnd - newStart - (end - start) }),
  );
  const [firstCut, lastCut] = [cuts[0], cuts.at(-1)];
  if (!firstCut || !lastCut) return;
  const first = firstEndingAfter(ranges, firstCut.start);
  let end = first;
  while (end < ranges.length && ranges[end]!.after < lastCut.end) end++;
  const kept = ranges.slice(first, end).flatMap((range) => [...partsOf(range, cuts)]);
  const shift = cuts.reduce((sum, cut) => sum + cut.shift, 0);
  if (shift !== 0) {
    for (let i = end; i < ranges.length; i++)
      ranges[i] = { ...ranges[i]!, after: ranges[i]!.after + shift };
  }
  ranges.splice(first, end - first, ...kept);
}

function* partsOf(range: KeptRange, cuts: readonly Cut[]): Generator<KeptRange> {
  const stop = range.after + range.length;
  let from = range.after;
  let shift = 0;
  const part = (to: number): KeptRange[] => {
    const before = range.before + from - range.after;
    return to > from ? [{ before, after: from + shift, length: to - from }] : [];
  };
  for (const cut of cuts) {
    if (cut.start >= stop) break;
    yield* part(Math.min(cut.start, stop));
    from = Math.max(from, cut.end);
    shift += cut.shift;
  }
  yield* part(stop);
}

function firstEndingAfter(ranges: readonly KeptRange[], position: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { after, length } = ranges[middle]!;
    if (after + length <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
