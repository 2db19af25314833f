import type { Block, List } from '../blocks.ts';
import { ListCounter } from '../list-numbers.ts';
import type { WritingOptions } from '../html.ts';
import { definitionOf } from '../nodes.ts';
import type { MarkdownWriter } from '../nodes/definition.ts';
import { type BlockSource, blocksOf } from '../text.ts';
import { writeLines } from './inline-writer.ts';

/**
 * Writes a page, or a part of one, as Markdown (GFM). `fromMarkdown` reads the same blocks from it,
 * except for what Markdown cannot express: ids, empty paragraphs, indents that no list explains,
 * headings that are tasks, and white space at the ends of lines and marks.
 */
export function toMarkdown(source: BlockSource, { fileAddress }: WritingOptions = {}): string {
  const writer: MarkdownWriter = {
    fileAddress: fileAddress ?? null,
    lines: writeLines,
    blocks: (blocks) => writeBlocks(blocks ?? [], writer),
  };
  const markdown = writeBlocks(blocksOf(source), writer);
  return markdown === '' ? '' : `${markdown}\n`;
}

interface OpenItem {
  readonly list: List;
  /** The number and sign of an ordered item. A different sign makes Markdown begin another list. */
  readonly number: number;
  readonly sign: '.' | ')';
  readonly width: number;
  readonly isEmpty: boolean;
}

function writeBlocks(blocks: Iterable<Block>, writer: MarkdownWriter): string {
  let written = '';
  let open: OpenItem[] = [];
  const numbers = new ListCounter();
  let previous = 'none' as 'none' | 'item' | 'block';
  const add = (text: string, kind: 'item' | 'block', tight: boolean): void => {
    written += previous === 'none' ? '' : tight ? '\n' : '\n\n';
    written += indented(text, open.slice(0, kind === 'item' ? -1 : undefined));
    previous = kind;
  };
  for (const block of blocks) {
    const list = block.type === 'textBlock' ? block.attrs?.list : null;
    if (block.type === 'textBlock' && list) {
      const level = Math.min(block.attrs?.indent ?? 0, open.length);
      const before = open[level];
      const parent = open[level - 1];
      const number = numbers.next({ ...block, attrs: { ...block.attrs, indent: level } }) ?? 0;
      const goesOn =
        before?.list !== 'ordered' || list !== 'ordered' || number === before.number + 1;
      const other = before?.sign === ')' ? '.' : ')';
      const sign = goesOn ? (before?.sign ?? '.') : other;
      const marker = list === 'ordered' ? `${number}${sign}` : '-';
      const text = definitionOf(block).toMarkdown(block, writer);
      open = [
        ...open.slice(0, level),
        { list, number, sign, width: marker.length + 1, isEmpty: text === '' && list !== 'task' },
      ];
      const box = list === 'task' ? ` [${block.attrs?.checked ? 'x' : ' '}]` : '';
      // An empty item, or a number other than 1, cannot begin a list right below a line of text.
      const interrupts =
        before === undefined &&
        parent?.isEmpty === false &&
        (text + box === '' || (list === 'ordered' && number !== 1));
      add(
        `${marker}${box} ${hanging(text, marker.length + 1)}`.trimEnd(),
        'item',
        previous === 'item' && !interrupts,
      );
      continue;
    }
    open = open.slice(0, block.type === 'textBlock' ? (block.attrs?.indent ?? 0) : 0);
    // An empty item can hold nothing but lists.
    open = open.slice(0, open.findLastIndex(({ isEmpty }) => !isEmpty) + 1);
    numbers.next(block.type === 'textBlock' ? { ...block, attrs: { indent: open.length } } : block);
    const text = definitionOf(block).toMarkdown(block, writer);
    if (text !== '') add(text, 'block', false);
  }
  return written;
}

function indented(text: string, items: readonly OpenItem[]): string {
  const margin = ' '.repeat(items.reduce((sum, { width }) => sum + width, 0));
  return margin + hanging(text, margin.length);
}

function hanging(text: string, columns: number): string {
  return text.replace(/\n(?!\n)/g, `\n${' '.repeat(columns)}`);
}
