import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';

/** The rows that are drawn, with one that stays, such as the one that has the focus; -1: none does. */
export function rangeWithFocused(range: Range, kept: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (kept < 0 || indexes.includes(kept)) return indexes;
  return [...indexes, kept].toSorted((one, other) => one - other);
}
