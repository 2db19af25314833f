/** What the readers of all formats do with the blocks that they have made. */
import { type Block, type TextBlock } from '@tandem/document';
import { fitText, MAX_TITLE_LENGTH } from '@tandem/protocol';
import { IMPORT_LIMITS } from './limits.ts';
import { RefusedFile } from './imported.ts';

/**
 * A heading at the beginning is the title, which stands above the text. What a title cannot hold stays in the text: the
 * end of a long one, and where a link leads.
 */
export function splitTitle(
  blocks: readonly Block[],
  isTitle: (heading: string) => boolean = () => true,
): {
  readonly title: string | null;
  readonly blocks: readonly Block[];
} {
  const at = blocks.findIndex((block) => block.type !== 'textBlock' || textOf(block) !== '');
  const first = blocks[at];
  if (first?.type !== 'textBlock' || first.attrs?.kind !== 'heading1' || first.attrs.list)
    return { title: null, blocks };
  const words = textOf(first).replace(/\s+/g, ' ').trim();
  if (!isTitle(words)) return { title: null, blocks };
  const title = fitTitle(words, MAX_TITLE_LENGTH);
  const isWhole = title === fitTitle(words, words.length) && !hasLink(first);
  return { title, blocks: isWhole ? blocks.slice(at + 1) : blocks };
}

function hasLink({ content = [] }: TextBlock): boolean {
  return content.some(
    (node) => node.type === 'text' && node.marks?.some(({ type }) => type === 'link'),
  );
}

function textOf({ content = [] }: TextBlock): string {
  return content.map((node) => (node.type === 'text' ? node.text : ' ')).join('');
}

export function withTexts(
  blocks: readonly Block[],
  change: (text: string) => string,
): readonly Block[] {
  return blocks.map((block): Block => {
    if (!('content' in block) || block.content === undefined) return block;
    if (block.type === 'quote') return { ...block, content: [...withTexts(block.content, change)] };
    const content = block.content.map((node) =>
      node.type === 'text' ? { ...node, text: change(node.text) } : node,
    );
    return { ...block, content } as Block;
  });
}

/** A title as the server takes it. */
export function fitTitle(title: string, maxLength: number): string {
  return fitText(title, { lines: 'one', maxLength });
}

export function checkSize(blocks: readonly Block[]): void {
  let count = 0;
  let length = 0;
  const visit = (block: Block): void => {
    count++;
    if (!('content' in block)) return;
    for (const node of block.content ?? [])
      if (node.type === 'text') length += node.text.length;
      else if (node.type !== 'hardBreak') visit(node);
  };
  for (const block of blocks) visit(block);
  if (count > IMPORT_LIMITS.maxBlocks || length > IMPORT_LIMITS.maxTextLength)
    throw new RefusedFile('too-long');
}
