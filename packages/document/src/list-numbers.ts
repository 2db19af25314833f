import type { Block } from './blocks.ts';
import { MAX_INDENT } from './nodes.ts';

/** By level of indent: the number of the last ordered item, or 0 where the next one begins a list. */
export type ListNumbers = readonly number[];

export const NO_LIST_NUMBERS: ListNumbers = Array.from({ length: MAX_INDENT + 1 }, () => 0);

/** A block to number: a `Block`, or an editor's node with the same type and attributes. */
export interface NumberedBlock {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>> | undefined;
}

/** The level of a block; a page may hold any value. */
export function listLevel({ attrs }: NumberedBlock): number {
  return Math.min(Math.max(Math.trunc(Number(attrs?.['indent'] ?? 0)) || 0, 0), MAX_INDENT);
}

/**
 * The numbers behind a block, from those before it (RD10). A number counts on through deeper blocks, code and quotes,
 * and starts again after any other. An ordered item's own number is the one at its level.
 */
export function listNumbersAfter(numbers: ListNumbers, block: NumberedBlock): ListNumbers {
  if (block.type === 'codeBlock' || block.type === 'quote') return numbers;
  const level = listLevel(block);
  const own = isOrdered(block) ? (startOf(block) ?? numbers[level]! + 1) : 0;
  if (own === 0 && numbers.every((number, i) => i < level || number === 0)) return numbers;
  return numbers.map((number, i) => (i < level ? number : i === level ? own : 0));
}

/** Counts the items of one sequence of blocks. */
export class ListCounter {
  #numbers = NO_LIST_NUMBERS;

  /** The number that an item has or, when it says where its list starts, would have without that; null for no item. */
  implied(block: NumberedBlock): number | null {
    return isOrdered(block) ? this.#numbers[listLevel(block)]! + 1 : null;
  }

  /** Counts the block and returns its number; null where it is no item of an ordered list. */
  next(block: NumberedBlock): number | null {
    this.#numbers = listNumbersAfter(this.#numbers, block);
    return isOrdered(block) ? this.#numbers[listLevel(block)]! : null;
  }
}

/** Blocks without the starts that say no more than the place of the item does. */
export function withoutImpliedStarts(blocks: readonly Block[]): Block[] {
  const counter = new ListCounter();
  return blocks.map((block): Block => {
    const implied = counter.implied(block);
    counter.next(block);
    if (block.type === 'quote')
      return block.content ? { ...block, content: withoutImpliedStarts(block.content) } : block;
    if (block.type !== 'textBlock' || block.attrs?.start === undefined) return block;
    const { start, ...attrs } = block.attrs;
    return start === implied || implied === null ? { ...block, attrs } : block;
  });
}

function isOrdered({ type, attrs }: NumberedBlock): boolean {
  return type === 'textBlock' && attrs?.['list'] === 'ordered';
}

function startOf({ attrs }: NumberedBlock): number | null {
  const start = attrs?.['start'];
  return typeof start === 'number' ? start : null;
}

/** A number as it is written at a level: `1.`, below it `a.`, below that `i.`, and so on from the start. */
export function listLabel(number: number, level: number): string {
  // No letter stands for zero.
  return `${number < 1 ? number : FORMS[level % FORMS.length]!(number)}.`;
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
