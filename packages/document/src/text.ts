import * as Y from 'yjs';
import { type Block, inlineText } from './blocks.ts';
import { iterateBlocks, readPage } from './page.ts';
import { ListCounter } from './list-numbers.ts';
import { definitionOf } from './nodes.ts';

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

/**
 * Writes a page, or a part of one, as text for a mail or a terminal: the visible lines with the
 * signs of lists and quotes, unescaped.
 */
export function readableText(source: BlockSource): string {
  return linesOf(blocksOf(source)).join('\n');
}

/** Parts end at blocks. The end of one depends on its own blocks only, so that an edit changes one part. */
const PART = { minChars: 1_000, maxChars: 4_000, oneIn: 4 } as const;

/**
 * The visible text in parts for a search index.
 *
 * @param maxChars of all parts together; the rest of a longer text is left out
 */
export function searchParts(source: BlockSource, maxChars: number): string[] {
  const parts: string[] = [];
  let part = '';
  let left = maxChars;
  const end = () => {
    if (part !== '') parts.push(part);
    part = '';
  };
  const blocks = source instanceof Y.Doc ? iterateBlocks(source) : source;
  for (const block of blocks) {
    if (left <= 0) break;
    const text = linesOf([block]).join('\n').slice(0, left);
    left -= text.length;
    for (let at = 0; at < text.length; at += PART.maxChars) {
      const piece = text.slice(at, at + PART.maxChars);
      if (part.length + piece.length > PART.maxChars) end();
      part = part === '' ? piece : `${part}\n${piece}`;
      if (part.length >= PART.minChars && hashOf(piece) % PART.oneIn === 0) end();
    }
  }
  end();
  return parts;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
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
