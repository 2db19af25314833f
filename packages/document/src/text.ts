import * as Y from 'yjs';
import { type Block, inlineText } from './blocks.ts';
import { iterateBlocks, readPage } from './page.ts';

export type BlockSource = Y.Doc | Iterable<Block>;

export function blocksOf(source: BlockSource): Iterable<Block> {
  return source instanceof Y.Doc ? readPage(source) : source;
}

/**
 * Returns the beginning of the text on one line, at most `maxChars` UTF-16 units with the ellipsis.
 */
export function excerpt(source: BlockSource, maxChars: number): string {
  let text = '';
  const blocks = source instanceof Y.Doc ? iterateBlocks(source) : source;
  for (const line of lines(blocks)) {
    text = `${text} ${line.slice(0, maxChars * 2)}`.replace(/\s+/g, ' ').trim();
    if (text.length > maxChars) return cut(text, maxChars);
  }
  return text;
}

function* lines(blocks: Iterable<Block>): Generator<string> {
  for (const block of blocks) {
    if (block.type === 'quote') yield* lines(block.content ?? []);
    else if ('content' in block) yield inlineText(block.content);
  }
}

function cut(text: string, maxChars: number): string {
  const room = text.slice(0, Math.max(0, maxChars - 1));
  const lastSpace = room.lastIndexOf(' ');
  const atWord =
    text[room.length] === ' '
      ? room
      : lastSpace > room.length / 2
        ? room.slice(0, lastSpace)
        : room;
  // Drops half of a surrogate pair.
  return `${atWord.replace(/[\ud800-\udbff]$/, '').trimEnd()}…`;
}
