import { SeededRandom } from '@tandem/testkit';
import { expect, test } from 'vitest';

import { type Alignment, alignLeaves } from './binding/alignment.ts';
import { keptRanges } from './binding/kept-ranges.ts';
import { leavesOf } from './binding/leaves.ts';
import { localPage, text } from './headless-page.ts';
import { dragBlock, deleteBlock, topBlocks } from './simulation/page-edits.ts';

function alignRandomly(seed: number, count: number): { alignment: Alignment; kept: string[] } {
  const random = new SeededRandom(seed);
  const blocks = Array.from({ length: count }, (_, i) => text(`block ${i}`, { id: `b${i}` }));
  const view = localPage(blocks);
  const before = view.state.doc;
  const dispatch = view.dispatch.bind(view);
  const maps: Parameters<typeof keptRanges>[0][number][] = [];
  Object.assign(view, {
    dispatch: (tr: Parameters<typeof dispatch>[0]) => {
      maps.push(...tr.mapping.maps);
      dispatch(tr);
    },
  });
  for (let step = 0; step < random.int(1, 6); step++) {
    const block = random.pick(topBlocks(view.state.doc));
    if (random.chance(0.4) && view.state.doc.childCount > 1) deleteBlock(view, block);
    else dragBlock(view, block, random.pick(topBlocks(view.state.doc)).pos);
  }
  const after = view.state.doc;
  const alignment = alignLeaves(
    [...leavesOf(before.children, 0)],
    [...leavesOf(after.children, 0)],
    keptRanges(maps, before.content.size),
  );
  return { alignment, kept: after.children.map((node) => String(node.attrs['id'])) };
}

const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1);

test.each(SEEDS)(
  'seed %i: moved leaves are where they are now, what went stays behind its leaf',
  (seed) => {
    const { alignment, kept } = alignRandomly(seed, 8);
    const { order, later, moved } = alignment;
    expect(order.toSorted((a, b) => a - b)).toEqual([...later.keys()]);
    expect(order.filter((index) => later[index] !== -1).map((index) => `b${index}`)).toEqual(kept);
    const isMoved = new Set(moved);
    // Apart from the moved leaves, the order is unchanged.
    const rest = order.filter((index) => !isMoved.has(index));
    expect(rest).toEqual(rest.toSorted((a, b) => a - b));
    const torn = order.filter((index, place) => {
      const isBehindUnmoved = index > 0 && place > 0 && !isMoved.has(index - 1);
      return later[index] === -1 && isBehindUnmoved && order[place - 1] !== index - 1;
    });
    expect(torn).toEqual([]);
  },
);
