import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { type EditorState, Plugin, type Transaction } from '@tiptap/pm/state';
import { Mapping } from '@tiptap/pm/transform';

import { isFromDocument } from './binding/binding.ts';
import { newBlockId } from './new-block-id.ts';

/**
 * Gives every block a permanent id. Commands that create a block assign one; blocks from other
 * sources, such as ProseMirror's own commands, are found by checking only the ranges that a local
 * change touched.
 */
export function blockIds(): Plugin {
  return new Plugin({
    appendTransaction: (transactions, before, state) => {
      if (before.doc === state.doc || transactions.some(isFromDocument)) return null;
      return nameChangedBlocks(transactions, before, state);
    },
    props: {
      // A dragged block keeps its id; a pasted block is a new one.
      transformPasted: (slice, view) => (view.dragging?.move ? slice : renewIds(slice)),
    },
  });
}

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
 * Assigns an id to blocks in the changed ranges that have none or share their neighbour's. Two
 * exceptions avoid duplicates from concurrent edits: the only block of a page (two people who empty
 * a page leave one empty page), and an unnamed block in which a person types (WR7).
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
