import type { Block } from './blocks.ts';
import { ListCounter } from './list-numbers.ts';
import { definitionOf } from './nodes.ts';
import { type BlockSource, blocksOf } from './text.ts';

/**
 * Writes a page, or a part of one, as text for a mail or a terminal: the visible lines with the
 * signs of lists and quotes, unescaped.
 */
export function readableText(source: BlockSource): string {
  return linesOf(blocksOf(source)).join('\n');
}

function linesOf(blocks: Iterable<Block> = []): string[] {
  const numbers = new ListCounter();
  const lines: string[] = [];
  for (const block of blocks) {
    const number = numbers.next(block);
    for (const line of definitionOf(block).toText(block, { number, lines: linesOf }))
      lines.push(line);
  }
  return lines;
}
