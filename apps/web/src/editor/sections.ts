import { Doc, schemaExtensions } from '@tandem/document/schema';
import { Node as TiptapNode } from '@tiptap/core';
import { Fragment, type Node, type ResolvedPos, Slice } from '@tiptap/pm/model';

/**
 * A long page is drawn in sections of some fifty blocks, so that the browser can skip the ones that are off screen.
 * The editor cuts them and nobody shares them. What looks at the page's blocks works with and without sections.
 */

const Section = TiptapNode.create({
  name: 'section',
  content: 'block+',
  // A number of this editor's own, by which a section is known while its blocks change.
  addAttributes: () => ({ key: { default: null, rendered: false } }),
  renderHTML: () => ['div', { class: 'section' }, 0],
});

/** The schema of a page, with sections. */
export const editorSchema = [
  Doc.extend({ content: '(block+ | section+)' }),
  ...schemaExtensions.filter(({ name }) => name !== 'doc'),
  Section,
];

export function isSection(node: Node): boolean {
  return node.type.name === 'section';
}

/** How many blocks stand at the top level of the page. */
export function countBlocks(doc: Node): number {
  if (!isSectioned(doc)) return doc.childCount;
  let count = 0;
  for (const section of doc.children) count += section.childCount;
  return count;
}

/** The last block of the page and the position behind it, in its section if it has one. */
export function lastBlock(doc: Node): { readonly block: Node | null; readonly end: number } {
  const { lastChild, content } = doc;
  if (lastChild && isSection(lastChild))
    return { block: lastChild.lastChild, end: content.size - 1 };
  return { block: lastChild, end: content.size };
}

/** The element of the last block of the page. */
export function lastBlockElement(root: Element): Element | null {
  const last = root.lastElementChild;
  return last?.matches('.section') ? last.lastElementChild : last;
}

/** The blocks of a document, without the sections around them. */
export function blocksIn(doc: Node): readonly Node[] {
  if (!isSectioned(doc)) return doc.children;
  const blocks: Node[] = [];
  for (const section of doc.children) for (const block of section.children) blocks.push(block);
  return blocks;
}

export function isSectioned(doc: Node): boolean {
  return doc.firstChild !== null && isSection(doc.firstChild);
}

/** How many wrappers a position is in, beside the document and its section. */
export function wrapperDepth($pos: ResolvedPos): number {
  return $pos.depth - (isSectioned($pos.doc) ? 2 : 1);
}

/** A slice without sections, for other places and programs. */
export function withoutSections({ content, openStart, openEnd }: Slice): Slice {
  if (!content.firstChild || !isSection(content.firstChild))
    return new Slice(content, openStart, openEnd);
  const blocks = content.content.flatMap((section) => section.children);
  return new Slice(
    Fragment.fromArray(blocks),
    Math.max(0, openStart - 1),
    Math.max(0, openEnd - 1),
  );
}
