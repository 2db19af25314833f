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
 * Commands on blocks. A heading, a list item or a task is the one `textBlock` with other attributes, so these
 * commands change attributes in place and never rebuild a block in which somebody else may be typing.
 */

interface Place {
  readonly node: Node;
  readonly pos: number;
}

/** The attributes of a paragraph. */
const PLAIN = { kind: null, list: null, checked: null, start: null };

/** Makes the selected blocks paragraphs (null) or headings; a code block becomes text again. */
export function setKind(kind: Kind | null): Command {
  return asText((node) => ({
    ...node.attrs,
    ...PLAIN,
    kind,
    indent: kind ? null : node.attrs['indent'],
  }));
}

/** Makes the selected blocks items of a list, or paragraphs if all of them are such items already. */
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

/** Checks or unchecks the selected tasks; passes when there is none. */
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

/** Wraps the selected blocks in a quote, or lifts them out of the one they are in. */
export const toggleQuote = throughSections((state, dispatch) => {
  const quote = state.schema.nodes['quote']!;
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type === quote) return lift(state, dispatch);
  }
  return wrapIn(quote, { id: newBlockId() })(state, dispatch);
});

/** Makes the selected blocks code, or text if they are code already. */
export const toggleCode: Command = (state, dispatch) => {
  const code = state.schema.nodes['codeBlock']!;
  if (state.selection.$from.parent.type === code) return setKind(null)(state, dispatch);
  return setBlockType(code, (node: Node) => ({ id: node.attrs['id'] as unknown, language: null }))(
    state,
    dispatch,
  );
};

/** Puts a line below the caret's block, or in its place if the block is empty, and the caret after it. */
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
 * Moves the selected blocks one step to the right (1) or left (-1), and what is inside of their items with them; always
 * taken, so that Tab stays here.
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
 * Moves the selected blocks above the one before them (-1) or below the one after them (1). What is inside of an item
 * goes with it, and is not parted from an item that is passed.
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
    // What the person moves is what goes elsewhere: a neighbour that somebody else moves meanwhile keeps its place.
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

/** Enter in text: splits the block, or takes an empty one a step back towards a plain paragraph. */
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
  // A selection over the edge of a quote may leave the caret between blocks.
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
  // At the start the text keeps its block, so that others who stand in it stay where they are.
  if (atStart) {
    const start = parent.attrs['start'] as number | null;
    if (start !== null) tr.setNodeAttribute($from.before(), 'start', null);
    tr.insert($from.before(), parent.type.create({ ...attrs, start }));
  } else tr.split($from.pos, 1, [{ type: parent.type, attrs }]);
}

/** An empty block at the end of a quote leaves it; one in its middle parts it. */
const leaveWrapper: Command = (state, dispatch) =>
  wrapperDepth(state.selection.$from) > 0 && liftEmptyBlock(state, dispatch);

/** An empty item first moves left, then leaves its list. */
const outdentOrClear: Command = (state, dispatch) => {
  const { $from } = state.selection;
  const { indent: level, list, kind } = $from.parent.attrs;
  if (!level && !list && !kind) return false;
  const change = level ? { indent: level > 1 ? Number(level) - 1 : null } : PLAIN;
  dispatch?.(patch(state.tr, { node: $from.parent, pos: $from.before() }, change));
  return true;
};

/** Backspace at the start of a text: less and less of a list or heading, then out of a quote, then a join. */
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

/** What Backspace does to the block before: an empty text or a line goes, the end of code takes the caret. */
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
  if (!previous.type.spec.code) return false;
  if (place.node.content.size === 0) tr.delete(place.pos, place.pos + place.node.nodeSize);
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, place.pos - 1)).scrollIntoView());
  return true;
}

/** Delete in an empty block removes the block, and leaves the next one as it is. */
export const deleteEmpty = throughSections((state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || !isText($from.parent) || $from.parent.content.size > 0) return false;
  if ($from.index(-1) + 1 >= $from.node(-1).childCount) return false;
  const tr = state.tr.delete($from.before(), $from.after());
  dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve($from.before()))).scrollIntoView());
  return true;
});

/** A line break inside a text. */
export const insertHardBreak: Command = (state, dispatch) => {
  if (!isText(state.selection.$from.parent)) return false;
  dispatch?.(
    state.tr.replaceSelectionWith(state.schema.nodes['hardBreak']!.create(), true).scrollIntoView(),
  );
  return true;
};

/** The text blocks that the selection touches. */
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

/** The blocks and what is inside of the items among them, each with the position of the block that it goes with. */
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

/** How far a block moves when a person moves it one step: not left of the page nor deeper than an item may stand. */
function stepOf($pos: ResolvedPos, step: 1 | -1): number {
  const block = $pos.nodeAfter!;
  if (step < 0) return levelOf(block) > 0 ? -1 : 0;
  return levelOf(block) < deepestAt($pos, block) ? 1 : 0;
}

/** The index behind the blocks from `first` up to `end`, and behind those that are inside of the items among them. */
function endOfInside(parent: Node, first: number, end: number): number {
  const selected = parent.children.slice(first, end).filter(({ attrs }) => attrs['list']);
  const level = Math.min(...selected.map(levelOf));
  let index = end;
  while (index < parent.childCount && levelOf(parent.child(index)) > level) index++;
  return index;
}

/** The index of the block that is passed upwards: the item that the block before is inside of, or that block itself. */
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

/** An item may stand one step deeper than the item before it. */
function deepestAt($pos: ResolvedPos, node: Node): number {
  const previous = $pos.nodeBefore;
  if (!node.attrs['list']) return MAX_INDENT;
  if (!previous || !isText(previous) || !previous.attrs['list']) return levelOf(node);
  return Math.min(levelOf(previous) + 1, MAX_INDENT);
}
