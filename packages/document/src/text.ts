import * as Y from 'yjs';
import type { Block, Inline } from './blocks.ts';
import { headingLevel } from './nodes.ts';
import { iterateBlocks, readPage } from './page.ts';

/** A page, or a part of one such as a selection. */
export type BlockSource = Y.Doc | Iterable<Block>;

export interface Heading {
  /** Null for a block that was never given one. */
  readonly id: string | null;
  readonly level: 1 | 2 | 3;
  readonly text: string;
}

export function blocksOf(source: BlockSource): Iterable<Block> {
  return source instanceof Y.Doc ? readPage(source) : source;
}

/** The text alone, a line for each block and hard break. */
export function plainText(source: BlockSource): string {
  return [...lines(blocksOf(source))].join('\n');
}

/** The beginning of the text on one line, at most `maxChars` UTF-16 units with the ellipsis, cut between words if it can be. */
export function excerpt(source: BlockSource, maxChars: number): string {
  let text = '';
  const blocks = source instanceof Y.Doc ? iterateBlocks(source) : source;
  for (const line of lines(blocks)) {
    text = `${text} ${line.slice(0, maxChars * 2)}`.replace(/\s+/g, ' ').trim();
    if (text.length > maxChars) return cut(text, maxChars);
  }
  return text;
}

export function outline(source: BlockSource): Heading[] {
  return [...headings(blocksOf(source))];
}

/** Words as Unicode divides them, so also in languages without spaces. */
export function wordCount(source: BlockSource): number {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
  let count = 0;
  for (const line of lines(blocksOf(source))) {
    for (const segment of segmenter.segment(line)) if (segment.isWordLike) count++;
  }
  return count;
}

function inlineText(content: readonly Inline[] = []): string {
  return content.map((node) => (node.type === 'text' ? node.text : '\n')).join('');
}

function* lines(blocks: Iterable<Block>): Generator<string> {
  for (const block of blocks) {
    if (block.type === 'quote') yield* lines(block.content ?? []);
    else if (block.type !== 'divider') yield inlineText(block.content);
  }
}

function* headings(blocks: Iterable<Block>): Generator<Heading> {
  for (const block of blocks) {
    if (block.type === 'quote') yield* headings(block.content ?? []);
    if (block.type !== 'textBlock') continue;
    const level = headingLevel(block.attrs?.kind);
    if (level !== null)
      yield {
        id: block.attrs?.id ?? null,
        level,
        text: inlineText(block.content).replaceAll('\n', ' ').trim(),
      };
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
  // Not through a surrogate pair.
  return `${atWord.replace(/[\ud800-\udbff]$/, '').trimEnd()}…`;
}
