import type { Block } from './blocks.ts';
import { listLevel, type NumberedBlock } from './list-labels.ts';
import { findBlockDefinition, MAX_INDENT } from './nodes.ts';

/** By level of indent, the number of the last ordered item, or 0 where the next item begins a list. */
export type ListNumbers = readonly number[];

export const NO_LIST_NUMBERS: ListNumbers = Array.from({ length: MAX_INDENT + 1 }, () => 0);

/** The numbers behind a block, from those before it (RD10). An ordered item's own number is the one at its level. */
export function listNumbersAfter(numbers: ListNumbers, block: NumberedBlock): ListNumbers {
  if (findBlockDefinition(block.type)?.continuesLists) return numbers;
  const level = listLevel(block);
  const own = isOrdered(block) ? (startOf(block) ?? numbers[level]! + 1) : 0;
  if (own === 0 && numbers.every((number, i) => i < level || number === 0)) return numbers;
  return numbers.map((number, i) => (i < level ? number : i === level ? own : 0));
}

/** Counts the ordered items of one sequence of blocks. */
export class ListCounter {
  #numbers = NO_LIST_NUMBERS;

  /** The number that an ordered item has or, if it has a `start`, would have without it; null for other blocks. */
  implied(block: NumberedBlock): number | null {
    return isOrdered(block) ? this.#numbers[listLevel(block)]! + 1 : null;
  }

  /** Counts the block and returns its number; null for a block that is no ordered item. */
  next(block: NumberedBlock): number | null {
    this.#numbers = listNumbersAfter(this.#numbers, block);
    return isOrdered(block) ? this.#numbers[listLevel(block)]! : null;
  }
}

/** Removes each `start` that equals the number the item would have without it. */
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
