import type { Block } from './blocks.ts';
import { listLevel, type NumberedBlock } from './list-labels.ts';
import { findBlockDefinition, MAX_INDENT } from './nodes.ts';

/** The number of the last ordered item per indent level; 0 where the next item begins a list. */
export type ListNumbers = readonly number[];

export const NO_LIST_NUMBERS: ListNumbers = Array.from({ length: MAX_INDENT + 1 }, () => 0);

/**
 * Returns the numbers after a block, given those before it (RD10). The number of an ordered item is
 * the one at its level.
 */
export function listNumbersAfter(numbers: ListNumbers, block: NumberedBlock): ListNumbers {
  if (findBlockDefinition(block.type)?.continuesLists) return numbers;
  const level = listLevel(block);
  const own = isOrdered(block) ? (startOf(block) ?? numbers[level]! + 1) : 0;
  if (own === 0 && numbers.every((number, i) => i < level || number === 0)) return numbers;
  return numbers.map((number, i) => (i < level ? number : i === level ? own : 0));
}

export class ListCounter {
  #numbers = NO_LIST_NUMBERS;

  implied(block: NumberedBlock): number | null {
    return isOrdered(block) ? this.#numbers[listLevel(block)]! + 1 : null;
  }

  next(block: NumberedBlock): number | null {
    this.#numbers = listNumbersAfter(this.#numbers, block);
    return isOrdered(block) ? this.#numbers[listLevel(block)]! : null;
  }
}

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
