import { expect, test } from 'vitest';

import type { Block, TextBlock } from './blocks.ts';
import { toHtml } from './html.ts';
import { listLabel, listLevel, type NumberedBlock } from './list-labels.ts';
import {
  ListCounter,
  listNumbersAfter,
  NO_LIST_NUMBERS,
  withoutImpliedStarts,
} from './list-numbers.ts';
import { fromMarkdown } from './markdown/reader.ts';
import { toMarkdown } from './markdown/writer.ts';

const block = (attrs: NumberedBlock['attrs']): NumberedBlock => ({ type: 'textBlock', attrs });
const ordered = (indent?: unknown): NumberedBlock => block({ list: 'ordered', indent });

function labelsOf(...blocks: NumberedBlock[]): string {
  let numbers = NO_LIST_NUMBERS;
  return blocks
    .map((block) => {
      numbers = listNumbersAfter(numbers, block);
      const level = listLevel(block);
      return block.attrs?.['list'] === 'ordered' ? listLabel(numbers[level]!, level) : '-';
    })
    .join(' ');
}

test('numbers count on through deeper blocks, and deeper ones start again below each item', () => {
  expect(
    labelsOf(
      ordered(),
      ordered(1),
      ordered(1),
      ordered(2),
      block({ indent: 1 }),
      ordered(),
      ordered(1),
    ),
  ).toBe('1. a. b. i. - 2. a.');
});

test.each([
  ['a paragraph', block({})],
  ['another list', block({ list: 'bullet' })],
  ['a task', block({ list: 'task' })],
  ['a divider', { type: 'divider' }],
])('%s starts the numbers again', (_name, other) => {
  expect(labelsOf(ordered(), ordered(), other, ordered())).toBe('1. 2. - 1.');
});

test('a shallower item starts deeper numbers again', () => {
  expect(labelsOf(ordered(), ordered(1), ordered(2), ordered(1), ordered(2))).toBe(
    '1. a. i. b. i.',
  );
});

test('indents that a page should not hold read as the nearest level', () => {
  expect(labelsOf(ordered(-3), ordered('x'), ordered(1.9), ordered(99))).toBe('1. 2. a. i.');
});

test.each([
  [0, '0.', '0.'],
  [1, 'a.', 'i.'],
  [4, 'd.', 'iv.'],
  [26, 'z.', 'xxvi.'],
  [27, 'aa.', 'xxvii.'],
  [702, 'zz.', 'dccii.'],
  [703, 'aaa.', 'dcciii.'],
  [1994, 'bxr.', 'mcmxciv.'],
  [4000, 'ewv.', '4000.'],
])('%i is written as %s and %s', (number, letters, roman) => {
  expect(listLabel(number, 0)).toBe(`${number}.`);
  expect(listLabel(number, 1)).toBe(letters);
  expect(listLabel(number, 5)).toBe(roman);
});

const item = (attrs: TextBlock['attrs'] = {}): Block => ({
  type: 'textBlock',
  attrs: { list: 'ordered', ...attrs },
  content: [{ type: 'text', text: 'x' }],
});
const bullet: Block = { type: 'textBlock', attrs: { list: 'bullet' } };
const code: Block = { type: 'codeBlock' };
const quote: Block = { type: 'quote', content: [item(), item()] };

function numbersOf(blocks: readonly Block[]): (number | null)[] {
  const numbers = new ListCounter();
  return blocks.map((block) => numbers.next(block));
}

test.each<[string, Block[], (number | null)[]]>([
  ['goes on behind code', [item(), code, item()], [1, null, 2]],
  ['goes on behind a quote, which counts for itself', [item(), quote, item()], [1, null, 2]],
  [
    'goes on through deeper blocks',
    [item(), item({ indent: 1 }), { type: 'textBlock', attrs: { indent: 1 } }, item()],
    [1, 1, null, 2],
  ],
  [
    'starts where the item says',
    [item({ start: 5 }), item(), item({ start: 0 }), item()],
    [5, 6, 0, 1],
  ],
])('RD10 a list %s', (_, blocks, expected) => {
  expect(numbersOf(blocks)).toEqual(expected);
});

test('a start equal to the number of the item’s place is left out', () => {
  const blocks = [
    item({ start: 1 }),
    code,
    item({ start: 2 }),
    item({ start: 7 }),
    { ...bullet, attrs: { start: 3 } } as Block,
  ];
  expect(
    withoutImpliedStarts(blocks).map(
      ({ attrs }) => (attrs as { start?: number } | undefined)?.start,
    ),
  ).toEqual([undefined, undefined, undefined, 7, undefined]);
});

test('HTML and Markdown keep the numbers', () => {
  const blocks = [item({ start: 5 }), item(), code, item(), item({ start: 1 }), item({ start: 9 })];
  expect(toHtml(blocks)).toBe(
    '<ol start="5"><li>x</li><li>x</li></ol><pre><code></code></pre><ol start="7"><li>x</li><li value="1">x</li><li value="9">x</li></ol>',
  );
  const markdown = '5. x\n6. x\n\n```\n```\n\n7. x\n1) x\n9. x\n';
  expect(toMarkdown(blocks)).toBe(markdown);
  expect(fromMarkdown(markdown)).toEqual(blocks);
});
