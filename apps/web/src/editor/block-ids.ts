import { Extension } from '@tiptap/core';
import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { type EditorState, Plugin, type Transaction } from '@tiptap/pm/state';
import { Mapping } from '@tiptap/pm/transform';

import { isFromDocument } from './binding/binding.ts';
import { newBlockId } from './new-block-id.ts';

/**
 * Every block carries an id that is its own for life. Commands that make a block give it one; what they and
 * ProseMirror's own commands leave out is found by looking at nothing but the ranges that a local change touched.
 */
export const blockIds = Extension.create({
  name: 'blockIds',
  addProseMirrorPlugins: () => [
    new Plugin({
      appendTransaction: (transactions, before, state) => {
        if (before.doc === state.doc || transactions.some(isFromDocument)) return null;
        return nameChangedBlocks(transactions, before, state);
      },
      props: {
        // A block that is dragged keeps its id, one that is pasted is another block.
        transformPasted: (slice, view) => (view.dragging?.move ? slice : renewIds(slice)),
      },
    }),
  ],
});

/** The slice with new ids throughout. */
export function renewIds(slice: Slice): Slice {
  return new Slice(renewFragment(slice.content), slice.openStart, slice.openEnd);
}

function renewFragment(fragment: Fragment): Fragment {
  const nodes: Node[] = [];
  fragment.forEach((node) => {
    const attrs = 'id' in node.attrs ? { ...node.attrs, id: newBlockId() } : node.attrs;
    nodes.push(
      node.isText ? node : node.type.create(attrs, renewFragment(node.content), node.marks),
    );
  });
  return Fragment.fromArray(nodes);
}

/**
 * Gives an id to each block in the changed ranges that has none, and to each that has its neighbour's. The only block of
 * a page needs none: two people who empty a page at once leave one empty page. Nor does an unnamed block in which
 * somebody types (WR7): two who do so at once would both begin a block there.
 */
function nameChangedBlocks(
  transactions: readonly Transaction[],
  before: EditorState,
  state: EditorState,
): Transaction | null {
  const { tr } = state;
  const seen = new Map<unknown, number>();
  for (const [from, to] of changedRanges(transactions)) {
    state.doc.nodesBetween(
      Math.max(from - 1, 0),
      Math.min(to + 1, state.doc.content.size),
      (node, pos) => {
        if (!('id' in node.attrs)) return true;
        const id: unknown = node.attrs['id'];
        if (id === null && state.doc.childCount === 1 && node.isTextblock) return false;
        if (id === null && wasUnnamed(transactions, before, pos)) return false;
        if (id === null || (seen.get(id) ?? pos) !== pos)
          tr.setNodeAttribute(pos, 'id', newBlockId());
        else seen.set(id, pos);
        return !node.isTextblock;
      },
    );
  }
  return tr.docChanged ? tr : null;
}

/** Whether the block at a position stood, without an id, in the page as it was before. */
function wasUnnamed(
  transactions: readonly Transaction[],
  { doc }: EditorState,
  pos: number,
): boolean {
  const mapping = new Mapping(transactions.flatMap((transaction) => transaction.mapping.maps));
  const start = mapping.invert().map(pos);
  const node = doc.nodeAt(start);
  if (!node?.isTextblock || node.attrs['id'] !== null) return false;
  const opening = mapping.mapResult(start, 1);
  return !opening.deletedAfter && opening.pos === pos;
}

/** The changed ranges, in the positions of the newest document. */
function changedRanges(transactions: readonly Transaction[]): [number, number][] {
  const ranges: [number, number][] = [];
  transactions.forEach((transaction, index) => {
    transaction.mapping.maps.forEach((map, step) => {
      map.forEach((_oldStart, _oldEnd, start, end) => {
        const rest = transaction.mapping.slice(step + 1);
        let from = rest.map(start, -1);
        let to = rest.map(end, 1);
        for (const later of transactions.slice(index + 1)) {
          from = later.mapping.map(from, -1);
          to = later.mapping.map(to, 1);
        }
        ranges.push([from, to]);
      });
    });
  });
  return ranges;
}
