import { expect, test } from 'vitest';

import { listLabel, listLevel, listNumbersAfter, NO_LIST_NUMBERS } from './list-numbers.ts';

interface Attributes {
  readonly list?: string | null;
  readonly indent?: unknown;
}

const ordered = (indent?: unknown): Attributes => ({ list: 'ordered', indent });

/** The labels of the ordered items; `-` for other blocks. */
function labelsOf(...blocks: Attributes[]): string {
  let numbers = NO_LIST_NUMBERS;
  return blocks
    .map((block) => {
      numbers = listNumbersAfter(numbers, block);
      const level = listLevel(block);
      return block.list === 'ordered' ? listLabel(numbers[level]!, level) : '-';
    })
    .join(' ');
}

test('numbers count on through deeper blocks, and deeper ones start again below each item', () => {
  expect(
    labelsOf(ordered(), ordered(1), ordered(1), ordered(2), { indent: 1 }, ordered(), ordered(1)),
  ).toBe('1. a. b. i. - 2. a.');
});

test.each([
  ['a paragraph', {}],
  ['another list', { list: 'bullet' }],
  ['a task', { list: 'task' }],
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
