import type { Block, Inline, List, Text, TextBlock } from './blocks.ts';
import { escapeHtml, htmlElement } from './html-text.ts';
import { ListCounter } from './list-numbers.ts';
import { definitionOf, MARKS } from './nodes.ts';
import type { FileAddress, HtmlWriter, LinkRelation } from './nodes/definition.ts';
import { itemHtml, spaceStyle } from './nodes/text-block.ts';
import { type BlockSource, blocksOf } from './text.ts';

export interface WritingOptions {
  readonly fileAddress?: FileAddress;
}

export interface HtmlOptions extends WritingOptions {
  /** Without it, links have no relation, and all of them are written. */
  readonly linkRelation?: LinkRelation;
  /**
   * Whether file blocks have the attributes by which the editor reads the same blocks again, among them the names of
   * files, which a reader does not see. Yes unless it is false.
   */
  readonly hasFileData?: boolean;
}

/**
 * Writes a page, or a part of one, as HTML for other programs, with nested lists. The editor reads
 * the same blocks from it, without their ids. `data-` attributes, which other programs ignore, hold
 * what nesting cannot express: an indented paragraph, a skipped level.
 */
export function toHtml(source: BlockSource, options: HtmlOptions = {}): string {
  return writeHtml(source, options, (html) => html);
}

/** @param bounded returns the HTML that it gets, or throws because it is too long. */
export function writeHtml(
  source: BlockSource,
  { fileAddress, linkRelation, hasFileData = true }: HtmlOptions,
  bounded: (html: string) => string,
): string {
  const writer: HtmlWriter = {
    fileAddress: fileAddress ?? null,
    linkRelation: linkRelation ?? null,
    hasFileData,
    inline: (content) => renderInline(content, writer),
    blocks: (blocks) => renderBlocks(blocks, writer),
    bounded,
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
    writer.bounded(html);
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
    html += renderItem(block, { nesting: open.length - 1, value }, writer);
  }
  while (open.length > 0) close();
  return writer.bounded(html);
}

interface ItemPlace {
  readonly nesting: number;
  readonly value: string;
}

function renderItem(block: TextBlock, { nesting, value }: ItemPlace, writer: HtmlWriter): string {
  const { list, indent, checked } = block.attrs ?? {};
  const level = (indent ?? 0) === nesting ? '' : ` data-indent="${Number(indent)}"`;
  const task = list === 'task' ? ` data-checked="${checked === true}"` : '';
  const box = list === 'task' ? `<input type="checkbox" disabled${checked ? ' checked' : ''}>` : '';
  const words = writer.inline(block.content);
  const inside = itemHtml(block, list === 'task' ? htmlElement('label', box + words) : words);
  return `<li${level}${value}${task}${spaceStyle(block)}>${inside}`;
}

function renderInline(content: readonly Inline[] = [], writer: HtmlWriter): string {
  let html = '';
  for (const node of content)
    html = writer.bounded(html + (node.type === 'text' ? renderText(node, writer) : '<br>'));
  return html;
}

function renderText({ text, marks = [] }: Text, writer: HtmlWriter): string {
  return marks.reduceRight(
    (html, mark) => MARKS[mark.type].toHtml(html, mark, writer),
    escapeHtml(text),
  );
}
