import { MAX_INDENT } from '@tandem/document';
import { type Attrs, Fragment, type Node, Slice } from '@tiptap/pm/model';
import { NodeSelection, Selection, TextSelection, type Transaction } from '@tiptap/pm/state';

import { isText } from '../block-commands.ts';
import { newBlockId } from '../new-block-id.ts';

/**
 * Replaces the selection by pasted or dropped content. Paragraphs at its ends merge with the text
 * around it; code, quotes, dividers, headings and items stay separate blocks, and the text around
 * them keeps its type. The block with the caret is kept or split, never rebuilt, because others may
 * be writing in it.
 */
export function insertSlice(tr: Transaction, slice: Slice): Transaction {
  if (tr.selection instanceof NodeSelection) return replaceBlock(tr, slice);
  if (!tr.selection.empty) tr.deleteSelection();
  const { $from } = tr.selection;
  const { content, openStart, openEnd } = unwrap(slice);
  if (!content.firstChild?.isBlock) return tr.replaceSelection(slice);
  if ($from.parent.type.spec.code) return insertWords(tr, textIn(content));
  if (!isText($from.parent)) return insertAt(tr, $from.pos, content.content);
  const only =
    content.childCount === 1 && content.firstChild.isTextblock ? content.firstChild : null;
  const isWithinBlock = only !== null && openStart > 0 && openEnd > 0 && !isSeveralLines(only);
  const isUntouched = $from.parent.content.size === 0 && isPlain($from.parent);
  if (isWithinBlock && !isUntouched) return insertInline(tr, only);
  return insertBlocks(tr, withinItem(content.content, $from.parent));
}

function replaceBlock(tr: Transaction, { content }: Slice): Transaction {
  const { from, to } = tr.selection;
  const { textBlock } = tr.doc.type.schema.nodes;
  const blocks = content.firstChild?.isBlock
    ? content
    : Fragment.from(textBlock!.create({ id: newBlockId() }, content));
  return selectEnd(tr.replaceWith(from, to, blocks), from + blocks.size);
}

function unwrap({ content, openStart, openEnd }: Slice): Slice {
  const only = content.childCount === 1 ? content.firstChild : null;
  if (!only || only.isTextblock || openStart < 2 || openEnd < 2)
    return new Slice(content, openStart, openEnd);
  return unwrap(new Slice(only.content, openStart - 1, openEnd - 1));
}

function insertBlocks(tr: Transaction, blocks: readonly Node[]): Transaction {
  const { $from } = tr.selection;
  const { parent } = $from;
  const isEmpty = parent.content.size === 0;
  // Lines pasted into an item become items of its list.
  const line = parent.attrs['list'] && blocks.every(isPlain) ? parent.attrs : null;
  const rest = [...blocks];
  const opening = isPlain(rest[0]!) ? rest.shift()! : null;
  if (opening && rest.length === 0) return insertInline(tr, opening);
  const closing = rest.length > 0 && isPlain(rest.at(-1)!) ? rest.pop()! : null;
  const hasTextBehind = $from.parentOffset < parent.content.size;

  if (!opening && $from.parentOffset === 0) {
    const before = $from.before();
    if (!isEmpty) {
      if (closing) tr.insert($from.pos, closing.content);
      return insertAt(tr, before, rest, closing?.content.size);
    }
    const above = closing ? [...rest, closing] : rest;
    // Deleted last, because a page has at least one block.
    const after = before + above.reduce((sum, { nodeSize }) => sum + nodeSize, 0);
    tr.insert(before, above).delete(after, after + parent.nodeSize);
    return selectEnd(tr, after);
  }

  if (hasTextBehind || closing) {
    const attrs = line ?? (closing ?? parent).attrs;
    const behind = { ...attrs, id: newBlockId(), start: null };
    tr.split($from.pos, 1, [{ type: parent.type, attrs: behind }]);
    if (closing) tr.insert($from.pos + 2, closing.content);
  }
  if (opening) tr.insert($from.pos, opening.content);
  const end = tr.doc.resolve($from.pos).after();
  const items = line ? rest.map((block) => asItem(block, line)) : rest;
  return insertAt(tr, end, items, closing?.content.size);
}

/** @param within caret position in the text after the blocks; at their end when absent. */
function insertAt(
  tr: Transaction,
  position: number,
  blocks: readonly Node[],
  within?: number,
): Transaction {
  const content = Fragment.fromArray([...blocks]);
  tr.insert(position, content);
  const end = position + content.size;
  if (within !== undefined) return tr.setSelection(TextSelection.create(tr.doc, end + 1 + within));
  return selectEnd(tr, end);
}

/** Puts the caret at the end of the insertion. After a divider, it needs a text block there. */
function selectEnd(tr: Transaction, end: number): Transaction {
  const { nodeBefore, nodeAfter } = tr.doc.resolve(end);
  if (nodeBefore?.isLeaf && !nodeAfter?.isTextblock)
    tr.insert(end, tr.doc.type.schema.node('textBlock', { id: newBlockId() }));
  const near = Selection.near(tr.doc.resolve(end), nodeBefore?.isLeaf ? 1 : -1);
  return tr.setSelection(near);
}

function insertInline(tr: Transaction, block: Node): Transaction {
  const { from } = tr.selection;
  if (block.type.spec.code) return insertWords(tr, block.textContent);
  tr.insert(from, block.content);
  return tr.setSelection(TextSelection.create(tr.doc, from + block.content.size));
}

function insertWords(tr: Transaction, words: string): Transaction {
  return words === '' ? tr : tr.insertText(words);
}

export function textIn(content: Fragment): string {
  return content.textBetween(0, content.size, '\n', '\n');
}

function isPlain(block: Node): boolean {
  return isText(block) && !block.attrs['kind'] && !block.attrs['list'];
}

function asItem(block: Node, { list, indent }: Attrs): Node {
  return block.type.create({ id: newBlockId(), list, indent }, block.content, block.marks);
}

function isSeveralLines(block: Node): boolean {
  return Boolean(block.type.spec.code) && block.textContent.includes('\n');
}

/** A list pasted into an item starts at the item's depth. */
function withinItem(blocks: readonly Node[], item: Node): readonly Node[] {
  if (!item.attrs['list']) return blocks;
  const by = Number(item.attrs['indent'] ?? 0);
  if (by === 0 || !blocks.every(({ attrs }) => attrs['list'])) return blocks;
  return blocks.map((block) => {
    const indent = Math.min(MAX_INDENT, Number(block.attrs['indent'] ?? 0) + by);
    return block.type.create({ ...block.attrs, indent }, block.content, block.marks);
  });
}
