import type { Block, Inline, List, TextBlock } from './blocks.ts';
import { escapeHtml } from './html-text.ts';
import { ListCounter } from './list-numbers.ts';
import { definitionOf, MARKS } from './nodes.ts';
import type { FileAddress, HtmlWriter } from './nodes/definition.ts';
import { itemHtml, spaceStyle } from './nodes/text-block.ts';
import { type BlockSource, blocksOf } from './text.ts';

export interface WritingOptions {
  readonly fileAddress?: FileAddress;
}

/**
 * Writes a page, or a part of one, as HTML for other programs, with nested lists. The editor reads
 * the same blocks from it, without their ids. `data-` attributes, which other programs ignore, hold
 * what nesting cannot express: an indented paragraph, a skipped level.
 */
export function toHtml(source: BlockSource, { fileAddress }: WritingOptions = {}): string {
  const writer: HtmlWriter = {
    fileAddress: fileAddress ?? null,
    inline: renderInline,
    blocks: (blocks) => renderBlocks(blocks, writer),
  };
  return writer.blocks([...blocksOf(source)]);
}

const LIST_TAGS: Readonly<Record<List, 'ul' | 'ol'>> = { bullet: 'ul', ordered: 'ol', task: 'ul' };

function renderBlocks(blocks: Iterable<Block> | undefined, writer: HtmlWriter): string {
  let html = '';
  const open: List[] = [];
  const expected: number[] = [];
  const numbers = new ListCounter();
  const close = (): void => {
    html += `</li></${LIST_TAGS[open.pop()!]}>`;
    expected.pop();
  };
  for (const block of blocks ?? []) {
    const implied = numbers.implied(block);
    const number = numbers.next(block);
    const list = block.type === 'textBlock' ? block.attrs?.list : null;
    if (block.type !== 'textBlock' || !list) {
      while (open.length > 0) close();
      html += definitionOf(block).toHtml(block, writer);
      continue;
    }
    const indent = block.attrs?.indent ?? 0;
    while (open.length > indent + 1) close();
    if (open.length === indent + 1 && open.at(-1) !== list) close();
    if (open.length === indent + 1) {
      html += '</li>';
    } else {
      const start = number === implied && (number ?? 1) === 1 ? '' : ` start="${number}"`;
      html += `<${LIST_TAGS[list]}${list === 'task' ? ' data-list="task"' : ''}${start}>`;
      open.push(list);
      expected.push(number ?? 1);
    }
    const value = number === expected.at(-1) || number === null ? '' : ` value="${number}"`;
    expected[expected.length - 1] = (number ?? 0) + 1;
    html += renderItem(block, open.length - 1, value);
  }
  while (open.length > 0) close();
  return html;
}

function renderItem(block: TextBlock, nesting: number, value: string): string {
  const { list, indent, checked } = block.attrs ?? {};
  const level = (indent ?? 0) === nesting ? '' : ` data-indent="${Number(indent)}"`;
  const task = list === 'task' ? ` data-checked="${checked === true}"` : '';
  const box = list === 'task' ? `<input type="checkbox" disabled${checked ? ' checked' : ''}>` : '';
  const inside = box + itemHtml(block, renderInline(block.content));
  return `<li${level}${value}${task}${spaceStyle(block)}>${inside}`;
}

function renderInline(content: readonly Inline[] = []): string {
  return content
    .map((node) =>
      node.type === 'text'
        ? (node.marks ?? []).reduceRight(
            (html, mark) => MARKS[mark.type].toHtml(html, mark),
            escapeHtml(node.text),
          )
        : '<br>',
    )
    .join('');
}
