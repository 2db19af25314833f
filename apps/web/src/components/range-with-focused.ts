import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';

/**
 * Indexes of the rows to draw: those in range, and the focused row `kept`, wherever it is; -1: no row has the focus.
 */
export function rangeWithFocused(range: Range, kept: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (kept < 0 || indexes.includes(kept)) return indexes;
  return [...indexes, kept].toSorted((one, other) => one - other);
}
