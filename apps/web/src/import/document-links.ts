/** Links between documents that are imported together. */
import type { Block, TextBlock } from '@tandem/document';

type Inline = NonNullable<TextBlock['content']>[number];

/** On any server: ids of documents are not the same twice. */
const ADDRESS = /^(?:https?:\/\/[^/?#]+)?\/d\/([^/?#]+)\/?(?:[?#][^]*)?$/i;

/**
 * Has links lead to the new documents.
 *
 * @param ids new ids by those in the file
 * @param onLink is called with the id in the file of each document that a link leads to
 */
export function withNewLinks(
  blocks: readonly Block[],
  ids: ReadonlyMap<string, string>,
  onLink: (id: string) => void,
): readonly Block[] {
  const change = (node: Inline): Inline => {
    if (node.type !== 'text' || node.marks === undefined) return node;
    const marks = node.marks.map((mark) => {
      const id = mark.type === 'link' ? ADDRESS.exec(mark.attrs.href)?.[1] : undefined;
      const found = id === undefined ? undefined : ids.get(id);
      if (found === undefined) return mark;
      onLink(id!);
      return { type: 'link' as const, attrs: { href: `/d/${found}` } };
    });
    return { ...node, marks };
  };
  return blocks.map((block): Block => {
    if (block.type === 'quote')
      return { ...block, content: [...withNewLinks(block.content ?? [], ids, onLink)] };
    if (block.type !== 'textBlock' || block.content === undefined) return block;
    return { ...block, content: block.content.map(change) };
  });
}
