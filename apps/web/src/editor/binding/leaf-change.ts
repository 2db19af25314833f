import type { Node } from '@tiptap/pm/model';
import type { StepMap } from '@tiptap/pm/transform';

import { type Alignment, alignLeaves } from './alignment.ts';
import { equalEnds } from './list-difference.ts';
import { keptRanges } from './kept-ranges.ts';
import { countOf, idOf, type Leaf, leavesOf, sizeOf } from './leaves.ts';
import type { ShownLeaf } from './shown-leaves.ts';
import type { ShownPage } from './shown-page.ts';

export interface LeafChange {
  readonly from: readonly ShownLeaf[];
  readonly to: readonly Leaf[];
  readonly index: number;
  readonly alignment: Alignment;
  readonly nodes: readonly Node[];
}

export function findLeafChange(
  page: ShownPage,
  doc: Node,
  maps: readonly StepMap[],
): LeafChange | null {
  const before = page.doc.children;
  const after = doc.children;
  let { head, tail } = equalEnds(before, after);
  // An unnamed block may need an id when the content before it changes (WR7).
  while (tail > 0 && beginsUnnamed(before.at(-tail)!)) tail--;
  // So does the only block of a page when another follows it.
  if (page.leaves.length === 1 && page.leaves[0]!.block.id === null && after.length > 1) head = 0;

  const changed = before.slice(head, before.length - tail);
  const nodes = after.slice(head, after.length - tail);
  if (changed.length === 0 && nodes.length === 0) return null;
  const same = before.slice(0, head);
  const index = countOf(same);
  const pos = sizeOf(same);
  const to = [...leavesOf(nodes, pos)];
  const kept = keptRanges(maps, page.doc.content.size);
  return {
    from: page.leaves.slice(index, index + countOf(changed)),
    to,
    index,
    alignment: alignLeaves([...leavesOf(changed, pos)], to, kept),
    nodes,
  };
}

function beginsUnnamed(node: Node): boolean {
  const [first] = leavesOf([node], 0);
  return first !== undefined && idOf(first.node) === null;
}

export function orderAfter(
  page: ShownPage,
  { from, index, alignment }: LeafChange,
  ids: readonly (string | null)[],
): { readonly wanted: string[]; readonly moved: ReadonlySet<string> } {
  const idsOf = (leaves: readonly ShownLeaf[]): (string | null)[] =>
    leaves.map(({ block }) => block.id);
  const wanted = [
    ...idsOf(page.leaves.slice(0, index)),
    ...ids,
    ...idsOf(page.leaves.slice(index + from.length)),
  ];
  const moved = alignment.moved.map((leaf) => from[leaf]!.block.id);
  return { wanted: wanted.filter(isNamed), moved: new Set(moved.filter(isNamed)) };
}

function isNamed(id: string | null): id is string {
  return id !== null;
}
