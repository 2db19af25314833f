import { MAX_INDENT } from './nodes.ts';

/** By level of indent: the number of the last ordered item, or 0 where the next one begins a list. */
export type ListNumbers = readonly number[];

export const NO_LIST_NUMBERS: ListNumbers = Array.from({ length: MAX_INDENT + 1 }, () => 0);

interface ListAttributes {
  readonly list?: unknown;
  readonly indent?: unknown;
}

/** The level of a block; a page may hold any value. */
export function listLevel({ indent }: ListAttributes): number {
  return Math.min(Math.max(Math.trunc(Number(indent)) || 0, 0), MAX_INDENT);
}

/**
 * The numbers behind a block, from those before it. A number counts on through deeper blocks, and starts again after
 * any other. An ordered item's own number is the one at its level.
 */
export function listNumbersAfter(numbers: ListNumbers, block: ListAttributes): ListNumbers {
  const level = listLevel(block);
  const isOrdered = block.list === 'ordered';
  if (!isOrdered && numbers.every((number, i) => i < level || number === 0)) return numbers;
  return numbers.map((number, i) =>
    i < level ? number : i === level && isOrdered ? number + 1 : 0,
  );
}

/** A number as it is written at a level: `1.`, below it `a.`, below that `i.`, and so on from the start. */
export function listLabel(number: number, level: number): string {
  return `${FORMS[level % FORMS.length]!(number)}.`;
}

const FORMS: readonly ((number: number) => string)[] = [String, letters, romanNumerals];

/** a to z, then aa, ab, … */
function letters(number: number): string {
  let written = '';
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26))
    written = String.fromCharCode(0x61 + ((left - 1) % 26)) + written;
  return written;
}

const ROMAN: readonly (readonly [value: number, numeral: string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];
/** Nobody reads longer ones; they are written in digits. */
const MAX_ROMAN = 3_999;

function romanNumerals(number: number): string {
  if (number > MAX_ROMAN) return String(number);
  let written = '';
  let left = number;
  for (const [value, numeral] of ROMAN) {
    written += numeral.repeat(Math.floor(left / value));
    left %= value;
  }
  return written;
}
