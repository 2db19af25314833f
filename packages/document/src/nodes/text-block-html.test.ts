import { expect, test } from 'vitest';
import type { HtmlElement } from './html-element.ts';
import { readTextBlock } from './text-block-html.ts';

const EMPTY = { nodeType: 1, childNodes: [], textContent: '', getAttribute: () => null };

/** An item with blank paragraphs. */
function itemOf(count: number): {
  readonly blanks: readonly HtmlElement[];
  readonly visits: number;
} {
  let visits = 0;
  const item = { ...EMPTY, nodeName: 'LI', parentNode: null, previousSibling: null };
  const blanks: HtmlElement[] = [];
  for (let at = 0; at < count; at++) {
    const before = blanks[at - 1] ?? null;
    blanks.push({
      ...EMPTY,
      nodeName: 'P',
      parentNode: item,
      get previousSibling() {
        visits++;
        return before;
      },
    } as unknown as HtmlElement);
  }
  return {
    blanks,
    get visits() {
      return visits;
    },
  };
}

test('an item of very many blank paragraphs is read in a time that grows with their number', () => {
  const item = itemOf(2_000);
  for (const blank of item.blanks) readTextBlock(blank);
  expect(item.visits).toBeLessThan(2_000 * 110);
});

test('the first blank paragraphs of an item are part of it', () => {
  const [first, second] = itemOf(2).blanks;
  expect([readTextBlock(first!), readTextBlock(second!)]).toEqual([false, false]);
});
