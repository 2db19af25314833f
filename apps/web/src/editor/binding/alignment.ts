import { type TextRun, commonRuns, wholeCharacters } from './common-text.ts';
import { longestIncreasing } from './list-difference.ts';
import type { KeptRange } from './kept-ranges.ts';
import { LeafLine } from './leaf-line.ts';
import { idOf, type Leaf, streamTextOf } from './leaves.ts';

/**
 * Matches the blocks and characters of a range of leaves before and after a change, by block ids,
 * the step maps of the transaction and, for rebuilt blocks, the text itself.
 */
export interface Alignment {
  readonly order: readonly number[];
  readonly moved: readonly number[];
  readonly earlier: readonly number[];
  readonly later: readonly number[];
  readonly edits: readonly Edit[];
}

export type Edit =
  | { readonly kind: 'keep-block'; readonly from: number; readonly to: number }
  | { readonly kind: 'insert-block'; readonly to: number }
  | { readonly kind: 'delete-block'; readonly from: number }
  | {
      readonly kind: 'keep-text';
      readonly from: number;
      readonly fromOffset: number;
      readonly to: number;
      readonly toOffset: number;
      readonly length: number;
    }
  | {
      readonly kind: 'insert-text';
      readonly to: number;
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly kind: 'delete-text';
      readonly from: number;
      readonly offset: number;
      readonly length: number;
    };

export function alignLeaves(
  from: readonly Leaf[],
  to: readonly Leaf[],
  kept: readonly KeptRange[],
): Alignment {
  const through = new KeptPositions(kept);
  const { later, earlier } = pairLeaves(from, to, through);
  const moved = movedLeaves(from, to, { later, earlier, through });
  const order = newOrder(from.length, { later, earlier, moved });
  const before = new LeafLine(from, order);
  const after = new LeafLine(to, [...to.keys()]);
  const rebuilt = new Set(
    [...from.keys()].filter(
      (i) => later[i] !== -1 && through.find(from[i]!.pos) !== to[later[i]!]!.pos,
    ),
  );
  const runs = fillGaps(before, after, {
    runs: keptRuns(before, after, { later, through }),
    rebuilt,
  });
  const whole = wholeCharacters(before, after, runs);
  return { order, moved, earlier, later, edits: [...editsOf(before, after, whole)] };
}

class KeptPositions {
  readonly ranges: readonly KeptRange[];

  constructor(ranges: readonly KeptRange[]) {
    this.ranges = ranges;
  }

  find(position: number): number | null {
    const range = this.ranges[this.#firstEndingAfter(position)];
    return range && range.before <= position ? range.after + position - range.before : null;
  }

  *within(start: number, end: number): Generator<KeptRange> {
    for (let i = this.#firstEndingAfter(start); i < this.ranges.length; i++) {
      const range = this.ranges[i]!;
      if (range.before >= end) return;
      const skipped = Math.max(0, start - range.before);
      const length = Math.min(range.before + range.length, end) - range.before - skipped;
      yield { before: range.before + skipped, after: range.after + skipped, length };
    }
  }

  #firstEndingAfter(position: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { before, length } = this.ranges[middle]!;
      if (before + length <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Pairing {
  readonly later: number[];
  readonly earlier: number[];
}

/**
 * Pairs leaves by id; a leaf without an earlier id by its opening token, and otherwise, as a moved
 * leaf, by its text.
 */
function pairLeaves(from: readonly Leaf[], to: readonly Leaf[], through: KeptPositions): Pairing {
  const later = from.map(() => -1);
  const earlier = to.map(() => -1);
  const byId = new Map<string, number>();
  const byPosition = new Map<number, number>();
  for (const [index, { node, pos }] of to.entries()) {
    const id = idOf(node);
    if (id !== null && !byId.has(id)) byId.set(id, index);
    byPosition.set(pos, index);
  }
  const pair = (index: number, found: number | undefined): void => {
    if (found === undefined || found === -1 || earlier[found] !== -1) return;
    later[index] = found;
    earlier[found] = index;
  };
  for (const [index, { node }] of from.entries()) {
    const id = idOf(node);
    if (id !== null) pair(index, byId.get(id));
  }
  const unnamed = [...from.keys()].filter((index) => idOf(from[index]!.node) === null);
  for (const index of unnamed) pair(index, byPosition.get(through.find(from[index]!.pos) ?? -1));
  for (const index of unnamed) {
    const text = streamTextOf(from[index]!.node);
    if (later[index] !== -1 || text === '') continue;
    pair(
      index,
      to.findIndex(({ node }, i) => earlier[i] === -1 && streamTextOf(node) === text),
    );
  }
  return { later, earlier };
}

function movedLeaves(
  from: readonly Leaf[],
  to: readonly Leaf[],
  { later, earlier, through }: Pairing & { readonly through: KeptPositions },
): number[] {
  const paired = earlier.filter((index) => index !== -1);
  if (paired.every((index, i) => i === 0 || index > paired[i - 1]!)) return [];
  const stays = new Set(
    paired.filter((index) => through.find(from[index]!.pos) === to[later[index]!]!.pos),
  );
  const fits = fittingLeaves(paired, stays);
  const inOrder = new Set(longestIncreasing(fits).map((i) => fits[i]!));
  return paired.filter((index) => !inOrder.has(index));
}

function fittingLeaves(paired: readonly number[], stays: ReadonlySet<number>): number[] {
  const right: number[] = [];
  for (let i = paired.length - 1, next = Infinity; i >= 0; i--) {
    right[i] = next;
    if (stays.has(paired[i]!)) next = paired[i]!;
  }
  let left = -1;
  return paired.filter((index, i) => {
    if (!stays.has(index)) return left < index && index < right[i]!;
    left = index;
    return true;
  });
}

function newOrder(
  count: number,
  { later, earlier, moved }: Pairing & { readonly moved: readonly number[] },
): number[] {
  const isMoved = new Set(moved);
  const order: number[] = [];
  const behind = new Map<number, number[]>([[-1, []]]);
  let anchor = -1;
  for (const index of earlier) {
    if (index === -1) continue;
    if (isMoved.has(index)) behind.get(anchor)!.push(index);
    else behind.set((anchor = index), []);
  }
  order.push(...behind.get(-1)!.splice(0, 1));
  anchor = -1;
  for (let index = 0; index < count; index++) {
    if (isMoved.has(index)) continue;
    // Text joined to a leaf, or deleted after it, stays with it.
    if (later[index] !== -1) {
      for (const other of behind.get(anchor)!) order.push(other);
      anchor = index;
    }
    order.push(index);
  }
  for (const other of behind.get(anchor)!) order.push(other);
  return order;
}

function keptRuns(
  before: LeafLine,
  after: LeafLine,
  { later, through }: { readonly later: readonly number[]; readonly through: KeptPositions },
): TextRun[] {
  const runs: TextRun[] = [];
  const placeAt = leafByPosition(after.leaves);
  for (const [place, index] of before.order.entries()) {
    const start = before.starts[place]!;
    if (later[index] !== -1)
      runs.push({ before: start, after: after.starts[later[index]!]!, length: 1 });
    const content = before.leaves[index]!.pos + 1;
    const size = before.starts[place + 1]! - start - 1;
    for (const range of through.within(content, content + size)) {
      for (const part of placeAt(range.after, range.length)) {
        const offset = range.before + part.skipped - content;
        runs.push({
          before: start + 1 + offset,
          after: after.starts[part.leaf]! + 1 + part.offset,
          length: part.length,
        });
      }
    }
  }
  const consistent: TextRun[] = [];
  let end = 0;
  for (const run of runs) {
    if (run.after < end) continue;
    consistent.push(run);
    end = run.after + run.length;
  }
  return consistent;
}

interface LeafPart {
  readonly leaf: number;
  readonly offset: number;
  readonly skipped: number;
  readonly length: number;
}

function leafByPosition(leaves: readonly Leaf[]): (pos: number, length: number) => LeafPart[] {
  return (pos, length) => {
    let low = 0;
    let high = leaves.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { node, pos: start } = leaves[middle]!;
      if (start + node.nodeSize <= pos) low = middle + 1;
      else high = middle;
    }
    const parts: LeafPart[] = [];
    for (let leaf = low; leaf < leaves.length; leaf++) {
      const { node, pos: opening } = leaves[leaf]!;
      const start = Math.max(opening + 1, pos);
      const end = Math.min(opening + 1 + node.content.size, pos + length);
      if (opening >= pos + length) break;
      if (end > start)
        parts.push({
          leaf,
          offset: start - opening - 1,
          skipped: start - pos,
          length: end - start,
        });
    }
    return parts;
  };
}

function fillGaps(
  before: LeafLine,
  after: LeafLine,
  { runs, rebuilt }: { readonly runs: readonly TextRun[]; readonly rebuilt: ReadonlySet<number> },
): TextRun[] {
  const filled: TextRun[] = [];
  let last: TextRun = { before: 0, after: 0, length: 0 };
  for (const run of [...runs, { before: before.length, after: after.length, length: 0 }]) {
    const gap = {
      before: last.before + last.length,
      beforeEnd: run.before,
      after: last.after + last.length,
      afterEnd: run.after,
    };
    const leaf = before.order[before.placeOf(Math.max(0, gap.before - 1))];
    filled.push(...compare(before, after, gap, leaf !== undefined && rebuilt.has(leaf)));
    if (run.length > 0) filled.push(run);
    last = run;
  }
  return filled;
}

interface Gap {
  readonly before: number;
  readonly beforeEnd: number;
  readonly after: number;
  readonly afterEnd: number;
}

function compare(before: LeafLine, after: LeafLine, gap: Gap, isRebuilt: boolean): TextRun[] {
  // Text of other blocks never matches this block's text.
  const beforeEnd = endOfText(before, gap.before, gap.beforeEnd);
  const afterEnd = endOfText(after, gap.after, gap.afterEnd);
  const a = before.text.slice(gap.before, beforeEnd);
  const b = after.text.slice(gap.after, afterEnd);
  if (a === '' || b === '') return [];
  if (a === b) return [{ before: gap.before, after: gap.after, length: a.length }];
  if (!isRebuilt) return [];
  return commonRuns(a, b).map((run) => ({
    before: gap.before + run.before,
    after: gap.after + run.after,
    length: run.length,
  }));
}

function endOfText(line: LeafLine, start: number, end: number): number {
  for (let i = start; i < end; i++) if (line.isBoundary(i)) return i;
  return end;
}

function* editsOf(before: LeafLine, after: LeafLine, runs: readonly TextRun[]): Generator<Edit> {
  let from = 0;
  let to = 0;
  for (const run of [...runs, { before: before.length, after: after.length, length: 0 }]) {
    yield* pieces(after, to, run.after, insertion);
    yield* pieces(before, from, run.before, deletion);
    yield* keptPieces(before, after, run);
    from = run.before + run.length;
    to = run.after + run.length;
  }
}

type Piece = (leaf: number, text: { offset: number; length: number } | null) => Edit;

const insertion: Piece = (to, text) =>
  text ? { kind: 'insert-text', to, ...text } : { kind: 'insert-block', to };
const deletion: Piece = (from, text) =>
  text ? { kind: 'delete-text', from, ...text } : { kind: 'delete-block', from };

function* pieces(line: LeafLine, start: number, end: number, make: Piece): Generator<Edit> {
  for (let index = start; index < end;) {
    const place = line.placeOf(index);
    const leaf = line.order[place]!;
    const opening = line.starts[place]!;
    if (index === opening) {
      yield make(leaf, null);
      index++;
      continue;
    }
    const length = Math.min(end, line.starts[place + 1]!) - index;
    yield make(leaf, { offset: index - opening - 1, length });
    index += length;
  }
}

function* keptPieces(before: LeafLine, after: LeafLine, run: TextRun): Generator<Edit> {
  for (let done = 0; done < run.length;) {
    const place = before.placeOf(run.before + done);
    const target = after.placeOf(run.after + done);
    const from = before.order[place]!;
    const to = after.order[target]!;
    const fromOffset = run.before + done - before.starts[place]! - 1;
    const toOffset = run.after + done - after.starts[target]! - 1;
    if (fromOffset === -1) {
      yield { kind: 'keep-block', from, to };
      done++;
      continue;
    }
    const length = Math.min(
      run.length - done,
      before.starts[place + 1]! - run.before - done,
      after.starts[target + 1]! - run.after - done,
    );
    yield { kind: 'keep-text', from, fromOffset, to, toOffset, length };
    done += length;
  }
}
