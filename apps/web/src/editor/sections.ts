import { pageSchema } from '@tandem/document/schema';
import { Fragment, type Node, type ResolvedPos, Schema, Slice } from '@tiptap/pm/model';

/**
 * Long pages are drawn in sections of about fifty blocks, so that the browser can skip the ones off
 * screen. Sections are local to the editor and never shared. These helpers work with and without
 * sections.
 */

export const editorSchema: Schema = new Schema({
  nodes: {
    ...pageSchema.nodes,
    doc: { ...pageSchema.nodes.doc, content: '(block+ | section+)' },
    section: {
      content: 'block+',
      // Local number that identifies a section while its blocks change.
      attrs: { key: { default: null } },
      toDOM: () => ['div', { class: 'section' }, 0],
    },
  },
  marks: pageSchema.marks,
});

export function isSection(node: Node): boolean {
  return node.type.name === 'section';
}

export function countBlocks(doc: Node): number {
  if (!isSectioned(doc)) return doc.childCount;
  let count = 0;
  for (const section of doc.children) count += section.childCount;
  return count;
}

export function lastBlock(doc: Node): { readonly block: Node | null; readonly end: number } {
  const { lastChild, content } = doc;
  if (lastChild && isSection(lastChild))
    return { block: lastChild.lastChild, end: content.size - 1 };
  return { block: lastChild, end: content.size };
}

export function lastBlockElement(root: Element): Element | null {
  const last = root.lastElementChild;
  return last?.matches('.section') ? last.lastElementChild : last;
}

export function blocksIn(doc: Node): readonly Node[] {
  if (!isSectioned(doc)) return doc.children;
  const blocks: Node[] = [];
  for (const section of doc.children) for (const block of section.children) blocks.push(block);
  return blocks;
}

export function isSectioned(doc: Node): boolean {
  return doc.firstChild !== null && isSection(doc.firstChild);
}

export function wrapperDepth($pos: ResolvedPos): number {
  return $pos.depth - (isSectioned($pos.doc) ? 2 : 1);
}

/** The slice without sections, for use outside this editor. */
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
