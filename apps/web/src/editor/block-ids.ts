import { createBlockId } from '@tandem/document';
import { Extension } from '@tiptap/core';
import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { type EditorState, Plugin, type Transaction } from '@tiptap/pm/state';

import { isFromDocument } from './binding.ts';
import { DUPLICATE_CHECK_DELAY_MS } from './limits.ts';

/**
 * Every block carries an id that is its own for life. Commands that make a block give it one; what they and
 * ProseMirror's own commands leave out is found by looking at nothing but the ranges that a local change touched.
 * Two people who move one block at once make two of it: the whole page is checked when this person pauses.
 */
export const blockIds = Extension.create({
  name: 'blockIds',
  addProseMirrorPlugins: () => [
    new Plugin({
      appendTransaction: (transactions, before, state) => {
        if (before.doc === state.doc || transactions.some(isFromDocument)) return null;
        return nameChangedBlocks(transactions, state);
      },
      props: {
        // A block that is dragged keeps its id, one that is pasted is another block.
        transformPasted: (slice, view) => (view.dragging?.move ? slice : renewIds(slice)),
      },
      view: (view) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        return {
          update: (_view, before) => {
            if (before.doc.childCount === view.state.doc.childCount) return;
            clearTimeout(timer);
            timer = setTimeout(() => {
              const tr = view.editable ? renameDuplicates(view.state) : null;
              if (tr) view.dispatch(tr);
            }, DUPLICATE_CHECK_DELAY_MS);
          },
          destroy: () => clearTimeout(timer),
        };
      },
    }),
  ],
});

export function newBlockId(): string {
  return createBlockId((length) => crypto.getRandomValues(new Uint8Array(length)));
}

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

/** Gives an id to each block in the changed ranges that has none, and to each that has its neighbour's. */
function nameChangedBlocks(
  transactions: readonly Transaction[],
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
        if (id === null || (seen.get(id) ?? pos) !== pos)
          tr.setNodeAttribute(pos, 'id', newBlockId());
        else seen.set(id, pos);
        return !node.isTextblock;
      },
    );
  }
  return tr.docChanged ? tr : null;
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

/** Renames the later of two blocks with one id, outside of undo; null when all ids are unique. */
export function renameDuplicates(state: EditorState): Transaction | null {
  const { tr } = state;
  const seen = new Set<unknown>();
  state.doc.descendants((node, pos) => {
    const id: unknown = node.attrs['id'];
    if (typeof id === 'string') {
      if (seen.has(id)) tr.setNodeAttribute(pos, 'id', newBlockId());
      seen.add(id);
    }
    return !node.isTextblock;
  });
  return tr.docChanged ? tr.setMeta('addToHistory', false) : null;
}
