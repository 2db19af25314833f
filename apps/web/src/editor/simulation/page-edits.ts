import { baseKeymap } from '@tiptap/pm/commands';
import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { AllSelection, type Command, NodeSelection, TextSelection } from '@tiptap/pm/state';

import { renewIds } from '../block-ids.ts';
import { insertSlice } from '../clipboard/insert-slice.ts';
import { newBlockId } from '../new-block-id.ts';
import { type HeadlessView, schema } from '../headless-page.ts';
import { keyBindings } from '../keymap.ts';

/** What a person does with keyboard, mouse and clipboard, on a page without a screen. */

export type Edit = (view: HeadlessView) => void;

export interface Place {
  readonly node: Node;
  readonly pos: number;
}

const EDITOR_KEYS = keyBindings(
  schema,
  () => false,
  () => {},
);

/** Presses a key in the notation of prosemirror-keymap; the browser deletes single letters itself. */
export function press(view: HeadlessView, key: string): void {
  if (EDITOR_KEYS[key] && view.run(EDITOR_KEYS[key])) return;
  // ProseMirror's commands ask a view where lines break on screen; without one they go by the document.
  if (baseKeymap[key]?.(view.state, view.dispatch)) return;
  if (key === 'Backspace') deleteLetter(view, -1);
  if (key === 'Delete') deleteLetter(view, 1);
}

export function run(command: Command): Edit {
  return (view) => void view.run(command);
}

/** The blocks of the page itself: without those in quotes, and without the sections that the screen may need. */
export function topBlocks(doc: Node): Place[] {
  return blocksWithin(doc, 0);
}

/** All blocks, each before those inside it. */
export function allBlocks(doc: Node): Place[] {
  const blocks: Place[] = [];
  doc.descendants((node, pos) => {
    if (node.isBlock && !isSection(node)) blocks.push({ node, pos });
    return !node.isTextblock;
  });
  return blocks;
}

/** The text block that contains `text`. */
export function blockWith(doc: Node, text: string): Place {
  const block = allBlocks(doc).find(({ node }) => node.isTextblock && contains(node, text));
  if (!block) throw new Error(`No block contains "${text}"`);
  return block;
}

/** Puts the caret at the start or the end of the block that contains `text`. */
export function selectEdge(view: HeadlessView, text: string, edge: 'start' | 'end'): void {
  const { node, pos } = blockWith(view.state.doc, text);
  const at = edge === 'start' ? pos + 1 : pos + 1 + node.content.size;
  selectRange(view, at, at);
}

export function selectText(view: HeadlessView, text: string): void {
  const { node, pos } = blockWith(view.state.doc, text);
  selectRange(view, pos + 1, pos + 1 + node.content.size);
}

export function selectAll(view: HeadlessView): void {
  view.dispatch(view.state.tr.setSelection(new AllSelection(view.state.doc)));
}

/** Selects as a drag of the mouse does: from the text nearest to one position to that nearest to the other. */
export function selectRange(view: HeadlessView, anchor: number, head: number): void {
  const { doc, tr } = view.state;
  view.dispatch(tr.setSelection(TextSelection.between(doc.resolve(anchor), doc.resolve(head))));
}

/** Types letter by letter at the selection. */
export function type(view: HeadlessView, words: string): void {
  for (const letter of words) view.type(letter);
}

/** Deletes a block as a whole, as the block menu and the clipboard do. */
export function deleteBlock(view: HeadlessView, { pos }: Place): void {
  const { tr } = view.state;
  NodeSelection.create(view.state.doc, pos).replace(tr);
  view.dispatch(tr);
}

/** Drags a block to a gap between blocks, given as a position in the current document. */
export function dragBlock(view: HeadlessView, { node, pos }: Place, gap: number): void {
  if (gap >= pos && gap <= pos + node.nodeSize) return;
  const { tr } = view.state;
  NodeSelection.create(view.state.doc, pos).replace(tr);
  view.dispatch(tr.insert(tr.mapping.map(gap), node));
}

/** Drags the block that contains `text` behind the last one. */
export function dragToEnd(view: HeadlessView, text: string): void {
  dragBlock(view, blockWith(view.state.doc, text), endOf(topBlocks(view.state.doc).at(-1)!));
}

/** Pastes at the selection; `open` text flows into the blocks at both ends, as text from the clipboard does. */
export function paste(view: HeadlessView, blocks: readonly Node[], ends: 'open' | 'closed'): void {
  const depth = ends === 'open' ? 1 : 0;
  const slice = renewIds(new Slice(Fragment.from(blocks), depth, depth));
  view.dispatch(insertSlice(view.state.tr, slice).setMeta('paste', true));
}

/** Pastes a block into a gap between blocks, as another block with an id of its own. */
export function pasteAt(view: HeadlessView, node: Node, gap: number): void {
  view.dispatch(view.state.tr.insert(gap, renewIds(new Slice(Fragment.from(node), 0, 0)).content));
}

export function paragraph(text: string): Node {
  return schema.node('textBlock', { id: newBlockId() }, text ? schema.text(text) : []);
}

export function endOf({ node, pos }: Place): number {
  return pos + node.nodeSize;
}

function blocksWithin(parent: Node, start: number): Place[] {
  const blocks: Place[] = [];
  parent.forEach((node, offset) => {
    const pos = start + offset;
    if (isSection(node)) blocks.push(...blocksWithin(node, pos + 1));
    else blocks.push({ node, pos });
  });
  return blocks;
}

/** A wrapper for the screen, of which the shared page knows nothing. */
export function isSection(node: Node): boolean {
  return node.type.name === 'section';
}

function contains(node: Node, text: string): boolean {
  return text === '' ? node.content.size === 0 : node.textContent.includes(text);
}

function deleteLetter(view: HeadlessView, direction: -1 | 1): void {
  const { $from, empty, from } = view.state.selection;
  if (!empty || !$from.parent.isTextblock) return;
  if (!(direction < 0 ? $from.nodeBefore : $from.nodeAfter)) return;
  view.dispatch(
    view.state.tr.delete(Math.min(from, from + direction), Math.max(from, from + direction)),
  );
}
