import type { Block, Inline, List, Mark, TextBlock } from './blocks.ts';
import { safeHref } from './href.ts';
import { ListCounter } from './list-numbers.ts';
import { headingLevel } from './nodes.ts';
import { type BlockSource, blocksOf } from './text.ts';

/**
 * A page, or a part of one, as HTML for other programs: lists that are lists, nested as they look. The editor reads it
 * back to the same blocks without ids; what nesting cannot say (an indented paragraph, a level left out) is in
 * `data-` attributes, which others ignore.
 */
export function toHtml(source: BlockSource): string {
  return renderBlocks(blocksOf(source));
}

const LIST_TAGS: Readonly<Record<List, 'ul' | 'ol'>> = { bullet: 'ul', ordered: 'ol', task: 'ul' };
const MARK_TAGS = { bold: 'strong', italic: 'em', strike: 's', code: 'code' } as const;

function renderBlocks(blocks: Iterable<Block>): string {
  let html = '';
  /** The lists that are open, outermost first; the last item of each is open too. */
  const open: List[] = [];
  /** The number that the browser gives to the next item of each open list. */
  const expected: number[] = [];
  const numbers = new ListCounter();
  const close = (): void => {
    html += `</li></${LIST_TAGS[open.pop()!]}>`;
    expected.pop();
  };
  for (const block of blocks) {
    const implied = numbers.implied(block);
    const number = numbers.next(block);
    const list = block.type === 'textBlock' ? block.attrs?.list : null;
    if (block.type !== 'textBlock' || !list) {
      while (open.length > 0) close();
      html += renderBlock(block);
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

/** A list item, left open for the lists in it. */
function renderItem(block: TextBlock, nesting: number, value: string): string {
  const { list, indent, checked, kind } = block.attrs ?? {};
  const level = (indent ?? 0) === nesting ? '' : ` data-indent="${Number(indent)}"`;
  const task = list === 'task' ? ` data-checked="${checked === true}"` : '';
  const box = list === 'task' ? `<input type="checkbox" disabled${checked ? ' checked' : ''}>` : '';
  const text = renderInline(block.content);
  return `<li${level}${value}${task}${spaceStyle(block)}>${box}${kind ? wrap(tagOf(block), text) : text}`;
}

function renderBlock(block: Block): string {
  switch (block.type) {
    case 'textBlock': {
      const indent = block.attrs?.indent;
      const tag = tagOf(block);
      const level = indent ? ` data-indent="${Number(indent)}"` : '';
      return `<${tag}${level}${spaceStyle(block)}>${renderInline(block.content)}</${tag}>`;
    }
    case 'quote':
      return wrap('blockquote', renderBlocks(block.content ?? []));
    case 'codeBlock': {
      const language = block.attrs?.language;
      return `<pre><code${language ? ` class="language-${escape(language)}"` : ''}>${renderInline(block.content)}</code></pre>`;
    }
    case 'divider':
      return '<hr>';
  }
}

/** Other programs keep tabs, and more than one space, only where they are told to. */
function spaceStyle({ content = [] }: TextBlock): string {
  const text = content.map((node) => (node.type === 'text' ? node.text : '\n')).join('');
  return /^ | $|\t| {2}| \n|\n /.test(text) ? ' style="white-space: pre-wrap"' : '';
}

function tagOf(block: TextBlock): string {
  const level = headingLevel(block.attrs?.kind);
  return level === null ? 'p' : `h${level}`;
}

function renderInline(content: readonly Inline[] = []): string {
  return content
    .map((node) =>
      node.type === 'text' ? (node.marks ?? []).reduceRight(renderMark, escape(node.text)) : '<br>',
    )
    .join('');
}

function renderMark(html: string, mark: Mark): string {
  if (mark.type !== 'link') return wrap(MARK_TAGS[mark.type], html);
  const href = safeHref(mark.attrs.href);
  return href === null ? html : `<a href="${escape(href)}">${html}</a>`;
}

function wrap(tag: string, html: string): string {
  return `<${tag}>${html}</${tag}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char]!);
}
