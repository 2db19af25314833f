import type { Position } from './store.ts';

/** The position that a copy has after a write: the later one within an incarnation, otherwise the new one. */
export function laterPosition(before: Position | null, after: Position): Position {
  if (before !== null && before.incarnation === after.incarnation && before.seq > after.seq)
    return before;
  return after;
}
