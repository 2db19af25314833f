import { baseKeymap } from '@tiptap/pm/commands';
import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { AllSelection, type Command, NodeSelection, TextSelection } from '@tiptap/pm/state';

import { renewIds } from '../block-ids.ts';
import { insertSlice } from '../clipboard/insert-slice.ts';
import { type HeadlessView, schema } from '../headless-page.ts';
import { newBlockId } from '../new-block-id.ts';
import { keyBindings } from '../keymap.ts';

/** Keyboard, mouse and clipboard actions on a page without a DOM. */

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

/**
 * Presses a key in prosemirror-keymap notation. Single characters are deleted as the browser does.
 */
export function press(view: HeadlessView, key: string): void {
  if (EDITOR_KEYS[key] && view.run(EDITOR_KEYS[key])) return;
  // ProseMirror's commands ask a view where lines break on screen; without a view they use the
  // document.
  if (baseKeymap[key]?.(view.state, view.dispatch)) return;
  if (key === 'Backspace') deleteCharacter(view, -1);
  if (key === 'Delete') deleteCharacter(view, 1);
}

export function run(command: Command): Edit {
  return (view) => void view.run(command);
}

export function topBlocks(doc: Node): Place[] {
  return blocksWithin(doc, 0);
}

export function allBlocks(doc: Node): Place[] {
  const blocks: Place[] = [];
  doc.descendants((node, pos) => {
    if (node.isBlock && !isSection(node)) blocks.push({ node, pos });
    return !node.isTextblock;
  });
  return blocks;
}

export function blockWith(doc: Node, text: string): Place {
  const block = allBlocks(doc).find(({ node }) => node.isTextblock && contains(node, text));
  if (!block) throw new Error(`No block contains "${text}"`);
  return block;
}

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

export function selectRange(view: HeadlessView, anchor: number, head: number): void {
  const { doc, tr } = view.state;
  view.dispatch(tr.setSelection(TextSelection.between(doc.resolve(anchor), doc.resolve(head))));
}

export function type(view: HeadlessView, words: string): void {
  for (const character of words) view.type(character);
}

export function deleteBlock(view: HeadlessView, { pos }: Place): void {
  const { tr } = view.state;
  NodeSelection.create(view.state.doc, pos).replace(tr);
  view.dispatch(tr);
}

export function dragBlock(view: HeadlessView, { node, pos }: Place, gap: number): void {
  if (gap >= pos && gap <= pos + node.nodeSize) return;
  const { tr } = view.state;
  NodeSelection.create(view.state.doc, pos).replace(tr);
  view.dispatch(tr.insert(tr.mapping.map(gap), node));
}

export function dragToEnd(view: HeadlessView, text: string): void {
  dragBlock(view, blockWith(view.state.doc, text), endOf(topBlocks(view.state.doc).at(-1)!));
}

/**
 * Pastes at the selection; `open` content merges into the blocks at both ends, as clipboard text
 * does.
 */
export function paste(view: HeadlessView, blocks: readonly Node[], ends: 'open' | 'closed'): void {
  const depth = ends === 'open' ? 1 : 0;
  const slice = renewIds(new Slice(Fragment.from(blocks), depth, depth));
  view.dispatch(insertSlice(view.state.tr, slice).setMeta('paste', true));
}

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

export function isSection(node: Node): boolean {
  return node.type.name === 'section';
}

function contains(node: Node, text: string): boolean {
  return text === '' ? node.content.size === 0 : node.textContent.includes(text);
}

function deleteCharacter(view: HeadlessView, direction: -1 | 1): void {
  const { $from, empty, from } = view.state.selection;
  if (!empty || !$from.parent.isTextblock) return;
  if (!(direction < 0 ? $from.nodeBefore : $from.nodeAfter)) return;
  view.dispatch(
    view.state.tr.delete(Math.min(from, from + direction), Math.max(from, from + direction)),
  );
}
