import type { Block, Inline, TextBlock } from './blocks.ts';
import { ListCounter, listLabel, listLevel } from './list-numbers.ts';
import { type BlockSource, blocksOf } from './text.ts';

/**
 * A page, or a part of one, as a mail or a terminal takes it: a line for each line that is seen, with the signs of lists
 * and quotes before it and nothing escaped.
 */
export function readableText(source: BlockSource): string {
  return linesOf(blocksOf(source)).join('\n');
}

function linesOf(blocks: Iterable<Block>): string[] {
  const numbers = new ListCounter();
  const lines: string[] = [];
  for (const block of blocks) {
    const number = numbers.next(block);
    switch (block.type) {
      case 'textBlock':
        lines.push(...hang(signOf(block, number), inlineText(block.content)));
        break;
      case 'quote':
        lines.push(...linesOf(block.content ?? []).map((line) => `> ${line}`.trimEnd()));
        break;
      case 'codeBlock':
        lines.push(...inlineText(block.content).split('\n'));
        break;
      case 'divider':
        lines.push('---');
    }
  }
  return lines;
}

function signOf(block: TextBlock, number: number | null): string {
  const { attrs } = block;
  const level = listLevel(block);
  const margin = '  '.repeat(level);
  switch (attrs?.list) {
    case 'bullet':
      return `${margin}- `;
    case 'ordered':
      return `${margin}${listLabel(number ?? 1, level)} `;
    case 'task':
      return `${margin}[${attrs.checked ? 'x' : ' '}] `;
    default:
      return margin;
  }
}

/** The lines of a text behind a sign, the further ones as far in as the first. */
function hang(sign: string, text: string): string[] {
  const margin = ' '.repeat(sign.length);
  return text.split('\n').map((line, index) => (index === 0 ? sign : margin) + line);
}

function inlineText(content: readonly Inline[] = []): string {
  return content.map((node) => (node.type === 'text' ? node.text : '\n')).join('');
}
