/**
 * The blocks of a page as its DOM shows them. Only this module depends on how blocks are drawn: a
 * block is a text block, code or a divider, or has `data-id`; its kind is `data-kind`, or its role
 * and level; a quote surrounds it, or `data-quote` is its depth. Other wrappers and element names
 * may change.
 */

import type { Page } from '@playwright/test';
import { textOf } from './screens.ts';

const BLOCK = '.text-block, [data-id], .code-block, hr, [role=separator]';
const QUOTE = 'blockquote, [role=blockquote], [data-kind=quote]';
const SELECTORS = { block: BLOCK, quote: QUOTE };

export interface Block {
  readonly id: string | null;
  readonly kind: 'text' | 'heading1' | 'heading2' | 'heading3' | 'code' | 'divider';
  readonly list: 'bullet' | 'ordered' | 'task' | null;
  readonly checked: boolean;
  readonly indent: number;
  readonly quoteDepth: number;
  readonly text: string;
  readonly textWithBold: string;
}

export async function blocksOf(page: Page): Promise<Block[]> {
  return (await textOf(page).evaluate(readBlocks, { ...SELECTORS, place: null })).blocks;
}

export function countBlockElements(page: Page): Promise<number> {
  return page.locator(BLOCK).count();
}

export async function waitForBlockElements(
  page: Page,
  count: number,
  timeout: number,
): Promise<void> {
  const isThere = ([selector, least]: readonly [string, number]): boolean =>
    document.querySelectorAll(selector).length >= least;
  await page.waitForFunction(isThere, [BLOCK, count] as const, { timeout });
}

/**
 * One line for each block, in a notation like Markdown: `## heading`, `> quoted`, `- item`, `  1.
 * indented item`, `[x] task`, ```` ``` code ````, `---`, and `**bold**`.
 */
export async function outlineOf(page: Page): Promise<string[]> {
  return (await blocksOf(page)).map(toOutline);
}

/**
 * The point to click for a caret before the character at `offset` of a block, given by its text or,
 * if that is not unique, by its index.
 */
export async function pointAt(page: Page, block: string | number, offset: number): Promise<Point> {
  const { blocks, point } = await textOf(page).evaluate(readBlocks, {
    ...SELECTORS,
    place: { block, offset },
  });
  if (point !== null) return point;
  throw new Error(`no block ${block}: ${blocks.map(({ text }) => text).join(' | ')}`);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const KIND_SIGNS: Record<Block['kind'], string> = {
  text: '',
  heading1: '#',
  heading2: '##',
  heading3: '###',
  code: '```',
  divider: '---',
};

function toOutline({ kind, list, checked, indent, quoteDepth, textWithBold }: Block): string {
  const item = list && { bullet: '-', ordered: '1.', task: checked ? '[x]' : '[ ]' }[list];
  const quotes = Array.from({ length: quoteDepth }, () => '>');
  const signs = [...quotes, item, KIND_SIGNS[kind]].filter(Boolean).join(' ');
  return '  '.repeat(indent) + (signs === '' ? textWithBold : `${signs} ${textWithBold}`);
}

interface CaretPlace {
  readonly block: string | number;
  readonly offset: number;
}

interface Piece {
  text: string;
  readonly bold: boolean;
}

/**
 * Runs in the page, so it must be self-contained. Its parts are methods, because compilers wrap
 * named inner functions in a helper that the page lacks.
 */
function readBlocks(
  root: Element,
  { block, quote, place }: typeof SELECTORS & { readonly place: CaretPlace | null },
): { blocks: Block[]; point: Point | null } {
  const reader = {
    elements(): Element[] {
      const outermost: Element[] = [];
      for (const element of root.querySelectorAll(block)) {
        if (element.matches(quote) && element.querySelector(block) !== null) continue;
        if (outermost.at(-1)?.contains(element) !== true) outermost.push(element);
      }
      // A new page has one block without an id.
      return outermost.length > 0 ? outermost : [root];
    },

    read(element: Element): Block {
      const pieces: Piece[] = [];
      reader.collect(element, pieces);
      return {
        id: element.getAttribute('data-id'),
        kind: reader.kindOf(element),
        list: (element.getAttribute('data-list') || null) as Block['list'],
        checked: !['false', null].includes(element.getAttribute('data-checked')),
        indent: Number(element.getAttribute('data-indent') ?? 0),
        quoteDepth: Number(element.getAttribute('data-quote') ?? 0) || reader.quotesAround(element),
        text: pieces.map(({ text }) => text).join(''),
        textWithBold: pieces.map(({ text, bold }) => (bold ? `**${text}**` : text)).join(''),
      };
    },

    kindOf(element: Element): Block['kind'] {
      const kind = element.getAttribute('data-kind') ?? '';
      if (/^(heading[123]|code|divider)$/.test(kind)) return kind as Block['kind'];
      if (element.matches('hr, [role=separator]')) return 'divider';
      if (element.matches('.code-block, pre, [role=code]')) return 'code';
      if (!element.matches('[role=heading], h1, h2, h3')) return 'text';
      const level = element.getAttribute('aria-level') ?? element.tagName.slice(1);
      return `heading${level}` as Block['kind'];
    },

    quotesAround(element: Element): number {
      let depth = 0;
      for (let at: Element | null = element; at !== null && at !== root; at = at.parentElement) {
        if (at.matches(quote)) depth++;
      }
      return depth;
    },

    collect(node: Node, pieces: Piece[]): void {
      if (node instanceof Text) {
        const bold = node.parentElement?.closest('strong, b') != null;
        const last = pieces.at(-1);
        if (last?.bold === bold) last.text += node.data;
        else pieces.push({ text: node.data, bold });
      } else if (node instanceof HTMLBRElement) {
        // ProseMirror's own break, which keeps an empty line open, has a class.
        if (node.className === '') pieces.push({ text: '\n', bold: false });
      } else if (node instanceof HTMLElement) {
        if (node.getAttribute('contenteditable') === 'false') return;
        if (node.matches('.ProseMirror-widget')) return;
        for (const child of node.childNodes) reader.collect(child, pieces);
      }
    },

    pointIn(element: Element, offset: number): Point {
      let left = offset;
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node instanceof Text; node = texts.nextNode()) {
        if (node.parentElement?.isContentEditable === false) continue;
        if (left <= node.length && node.length > 0) {
          const range = document.createRange();
          range.setStart(node, Math.max(0, left - 1));
          range.setEnd(node, Math.max(1, left));
          const box = range.getBoundingClientRect();
          return { x: left === 0 ? box.left : box.right, y: (box.top + box.bottom) / 2 };
        }
        left -= node.length;
      }
      const box = element.getBoundingClientRect();
      return { x: box.left + 2, y: (box.top + box.bottom) / 2 };
    },
  };

  const elements = reader.elements();
  const blocks = elements.map((element) => reader.read(element));
  const found =
    place && elements[blocks.findIndex(({ text }, at) => [text, at].includes(place.block))];
  return { blocks, point: found ? reader.pointIn(found, place.offset) : null };
}
