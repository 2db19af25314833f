import type { Kind, List } from '@tandem/document';
import { MAX_INDENT } from '@tandem/document';
import { chainCommands, lift, liftEmptyBlock, setBlockType, wrapIn } from '@tiptap/pm/commands';
import type { Attrs, Node, ResolvedPos } from '@tiptap/pm/model';
import {
  type Command,
  type EditorState,
  NodeSelection,
  Selection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state';

import { newBlockId } from './new-block-id.ts';
import { throughSections } from './section-commands.ts';
import { wrapperDepth } from './sections.ts';

/**
 * Commands on blocks. Headings, list items and tasks are all `textBlock` with different attributes,
 * so these commands change attributes in place and never rebuild a block in which another person
 * may be typing.
 */

interface Place {
  readonly node: Node;
  readonly pos: number;
}

const PLAIN = { kind: null, list: null, checked: null, start: null };

export function setKind(kind: Kind | null): Command {
  return asText((node) => ({
    ...node.attrs,
    ...PLAIN,
    kind,
    indent: kind ? null : node.attrs['indent'],
  }));
}

export function toggleList(list: List): Command {
  return (state, dispatch) => {
    const blocks = selectedBlocks(state);
    const all = blocks.length > 0 && blocks.every(({ node }) => node.attrs['list'] === list);
    return asText((node) => ({
      ...node.attrs,
      ...PLAIN,
      list: all ? null : list,
    }))(state, dispatch);
  };
}

export const toggleChecked: Command = (state, dispatch) => {
  const tasks = selectedBlocks(state).filter(({ node }) => node.attrs['list'] === 'task');
  if (tasks.length === 0) return false;
  const checked = tasks.every(({ node }) => node.attrs['checked']) ? null : true;
  if (dispatch) {
    const { tr } = state;
    for (const { pos } of tasks) tr.setNodeAttribute(pos, 'checked', checked);
    dispatch(tr);
  }
  return true;
};

export const toggleQuote = throughSections((state, dispatch) => {
  const quote = state.schema.nodes['quote']!;
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type === quote) return lift(state, dispatch);
  }
  return wrapIn(quote, { id: newBlockId() })(state, dispatch);
});

export const toggleCode: Command = (state, dispatch) => {
  const code = state.schema.nodes['codeBlock']!;
  if (state.selection.$from.parent.type === code) return setKind(null)(state, dispatch);
  return setBlockType(code, (node: Node) => ({ id: node.attrs['id'] as unknown, language: null }))(
    state,
    dispatch,
  );
};

/** Puts a divider below the caret's block, or in place of an empty one, and the caret after it. */
export const insertDivider: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.depth === 0) return false;
  if (!dispatch) return true;
  const { divider, textBlock } = state.schema.nodes;
  const { tr } = state;
  const line = divider!.create({ id: newBlockId() });
  const empty = $from.parent.content.size === 0 && $from.parent.type === textBlock;
  const pos = empty ? $from.before() : $from.after();
  tr.insert(pos, line);
  const after = pos + line.nodeSize;
  if (!tr.doc.resolve(after).nodeAfter?.isTextblock)
    tr.insert(after, textBlock!.create({ id: newBlockId() }));
  dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
  return true;
};

/**
 * Indents (1) or outdents (-1) the selected blocks and the content of their items. Always handles
 * the key, so that Tab keeps the focus here.
 */
export function indent(step: 1 | -1): Command {
  return throughSections((state, dispatch) => {
    const blocks = selectedBlocks(state);
    if (blocks.length === 0) return false;
    const { tr } = state;
    const steps = new Map<number, number>();
    const moved = withInside(state.doc, blocks);
    for (const { node, pos, owner } of moved) {
      if (owner === pos) {
        const levels = moved.filter((each) => each.owner === pos).map((each) => levelOf(each.node));
        const isFixed = node.attrs['kind'] || Math.max(...levels) + step > MAX_INDENT;
        steps.set(pos, isFixed ? 0 : stepOf(tr.doc.resolve(pos), step));
      }
      const by = steps.get(owner)!;
      if (by !== 0) tr.setNodeAttribute(pos, 'indent', levelOf(node) + by || null);
    }
    if (tr.docChanged) dispatch?.(tr);
    return true;
  });
}

/**
 * Moves the selected blocks above the previous block (-1) or below the next one (1). Items move
 * with their content, and never split an item that they pass.
 */
export function moveBlocks(direction: -1 | 1): Command {
  return throughSections((state, dispatch) => {
    const range = state.selection.$from.blockRange(state.selection.$to);
    if (!range) return false;
    const { parent, startIndex, start } = range;
    const endIndex = endOfInside(parent, startIndex, range.endIndex);
    const passed =
      direction < 0
        ? parent.children.slice(startOfPassed(parent, startIndex), startIndex)
        : parent.children.slice(endIndex, endOfInside(parent, endIndex, endIndex + 1));
    if (passed.length === 0) return true;
    const { tr, selection } = state;
    const moved = parent.children.slice(startIndex, endIndex);
    const end = start + sizeOf(moved);
    const by = direction * sizeOf(passed);
    // The selected blocks are reinserted, not their neighbours: a concurrent move of a neighbour
    // then keeps its effect.
    tr.delete(start, end).insert(start + by, moved);
    const { doc } = tr;
    const anchor = doc.resolve(selection.anchor + by);
    tr.setSelection(
      selection instanceof NodeSelection
        ? new NodeSelection(anchor)
        : TextSelection.between(anchor, doc.resolve(selection.head + by)),
    );
    dispatch?.(tr.scrollIntoView());
    return true;
  });
}

/** Enter in text: splits the block, or brings an empty one a step closer to a plain paragraph. */
export const splitBlock: Command = (state, dispatch) => {
  const { $from, $to } = state.selection;
  if (!isText($from.parent) || !isText($to.parent)) return false;
  if ($from.parent.content.size === 0) {
    const stepped = chainCommands(outdentOrClear, leaveWrapper)(state, dispatch);
    if (stepped) return true;
  }
  if (!dispatch) return true;
  const { tr } = state;
  if (!state.selection.empty) tr.deleteSelection();
  // A selection across a quote's edge may leave the caret between blocks.
  if (isText(tr.selection.$from.parent)) splitAt(tr);
  dispatch(tr.scrollIntoView());
  return true;
};

function splitAt(tr: Transaction): void {
  const { $from } = tr.selection;
  const { parent } = $from;
  const atStart = $from.parentOffset === 0 && parent.content.size > 0;
  const atEnd = $from.parentOffset === parent.content.size;
  const kind: unknown = atStart || atEnd ? null : parent.attrs['kind'];
  const attrs = { ...parent.attrs, id: newBlockId(), kind, checked: null, start: null };
  // At the start, the text keeps its block, so that other carets in it stay in place.
  if (atStart) {
    const start = parent.attrs['start'] as number | null;
    if (start !== null) tr.setNodeAttribute($from.before(), 'start', null);
    tr.insert($from.before(), parent.type.create({ ...attrs, start }));
  } else tr.split($from.pos, 1, [{ type: parent.type, attrs }]);
}

const leaveWrapper: Command = (state, dispatch) =>
  wrapperDepth(state.selection.$from) > 0 && liftEmptyBlock(state, dispatch);

const outdentOrClear: Command = (state, dispatch) => {
  const { $from } = state.selection;
  const { indent: level, list, kind } = $from.parent.attrs;
  if (!level && !list && !kind) return false;
  const change = level ? { indent: level > 1 ? Number(level) - 1 : null } : PLAIN;
  dispatch?.(patch(state.tr, { node: $from.parent, pos: $from.before() }, change));
  return true;
};

/** Backspace at the start of a text: clears list and heading, leaves the quote, then joins. */
export const backspaceAtStart = throughSections((state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0 || !isText($from.parent)) return false;
  const place = { node: $from.parent, pos: $from.before() };
  const { list, kind, indent: level } = $from.parent.attrs;
  if (list || kind) {
    dispatch?.(patch(state.tr, place, PLAIN));
    return true;
  }
  if (level) return indent(-1)(state, dispatch);
  const index = $from.index(-1);
  if (index === 0) return wrapperDepth($from) > 0 && lift(state, dispatch);
  return takePrevious(state, place, $from.node(-1).child(index - 1), dispatch);
});

function takePrevious(
  state: EditorState,
  place: Place,
  previous: Node,
  dispatch?: (tr: Transaction) => void,
): boolean {
  const { tr } = state;
  const start = place.pos - previous.nodeSize;
  if (previous.type.name === 'divider' || (isText(previous) && previous.content.size === 0)) {
    dispatch?.(tr.delete(start, place.pos).scrollIntoView());
    return true;
  }
  if (previous.isAtom && previous.isBlock) {
    // Seen before it goes: the next press deletes it.
    dispatch?.(tr.setSelection(NodeSelection.create(tr.doc, start)).scrollIntoView());
    return true;
  }
  if (!previous.type.spec.code) return false;
  if (place.node.content.size === 0) tr.delete(place.pos, place.pos + place.node.nodeSize);
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, place.pos - 1)).scrollIntoView());
  return true;
}

export const deleteEmpty = throughSections((state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || !isText($from.parent) || $from.parent.content.size > 0) return false;
  if ($from.index(-1) + 1 >= $from.node(-1).childCount) return false;
  const tr = state.tr.delete($from.before(), $from.after());
  dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve($from.before()))).scrollIntoView());
  return true;
});

export const insertHardBreak: Command = (state, dispatch) => {
  if (!isText(state.selection.$from.parent)) return false;
  dispatch?.(
    state.tr.replaceSelectionWith(state.schema.nodes['hardBreak']!.create(), true).scrollIntoView(),
  );
  return true;
};

function selectedBlocks(state: EditorState): Place[] {
  const blocks: Place[] = [];
  const { from, to } = state.selection;
  state.doc.nodesBetween(from, to, (node, pos) => {
    if (isText(node)) blocks.push({ node, pos });
    return !node.isTextblock;
  });
  return blocks;
}

export function isText(node: Node): boolean {
  return node.type.name === 'textBlock';
}

function asText(attributes: (node: Node) => Attrs): Command {
  return (state, dispatch) => {
    const { textBlock, codeBlock } = state.schema.nodes;
    const { from, to } = state.selection;
    const { tr } = state;
    let found = false;
    state.doc.nodesBetween(from, to, (node, pos) => {
      if (!node.isTextblock) return true;
      found = true;
      if (node.type === codeBlock)
        tr.setBlockType(pos + 1, pos + 1, textBlock!, { ...attributes(node), language: undefined });
      else tr.setNodeMarkup(pos, null, attributes(node));
      return false;
    });
    if (found) dispatch?.(tr.scrollIntoView());
    return found;
  };
}

function patch(tr: Transaction, { node, pos }: Place, change: Attrs): Transaction {
  return tr.setNodeMarkup(pos, null, { ...node.attrs, ...change });
}

function withInside(doc: Node, blocks: readonly Place[]): (Place & { owner: number })[] {
  const found = new Map<number, Place & { owner: number }>();
  for (const { node, pos } of blocks) {
    const $pos = doc.resolve(pos);
    const index = $pos.index();
    let at = pos;
    for (const each of $pos.parent.children.slice(
      index,
      endOfInside($pos.parent, index, index + 1),
    )) {
      found.set(at, { node: each, pos: at, owner: pos });
      at += each.nodeSize;
    }
    found.set(pos, { node, pos, owner: pos });
  }
  return [...found.values()].toSorted((a, b) => a.pos - b.pos);
}

function stepOf($pos: ResolvedPos, step: 1 | -1): number {
  const block = $pos.nodeAfter!;
  if (step < 0) return levelOf(block) > 0 ? -1 : 0;
  return levelOf(block) < deepestAt($pos, block) ? 1 : 0;
}

function endOfInside(parent: Node, first: number, end: number): number {
  const selected = parent.children.slice(first, end).filter(({ attrs }) => attrs['list']);
  const level = Math.min(...selected.map(levelOf));
  let index = end;
  while (index < parent.childCount && levelOf(parent.child(index)) > level) index++;
  return index;
}

function startOfPassed(parent: Node, index: number): number {
  const moved = parent.child(index);
  for (let at = index - 1; at >= 0; at--) {
    const before = parent.child(at);
    if (levelOf(before) <= levelOf(moved)) return before.attrs['list'] ? at : index - 1;
  }
  return Math.max(0, index - 1);
}

function sizeOf(nodes: readonly Node[]): number {
  return nodes.reduce((sum, { nodeSize }) => sum + nodeSize, 0);
}

function levelOf(node: Node): number {
  return Number(node.attrs['indent'] ?? 0);
}

function deepestAt($pos: ResolvedPos, node: Node): number {
  const previous = $pos.nodeBefore;
  if (!node.attrs['list']) return MAX_INDENT;
  if (!previous || !isText(previous) || !previous.attrs['list']) return levelOf(node);
  return Math.min(levelOf(previous) + 1, MAX_INDENT);
}
