import type { Position } from './store.ts';

/** The position that a copy has after a write: the later one within an incarnation, otherwise the new one. */
export function laterPosition(before: Position | null, after: Position): Position {
  if (before !== null && before.incarnation === after.incarnation && before.seq > after.seq)
    return before;
  return after;
}

/** Whether the stored copy holds what a writer's change builds on. */
export function reaches(stored: Position | null, since: Position | null): boolean {
  if (since === null || since.seq === 0) return true;
  return stored !== null && stored.incarnation === since.incarnation && stored.seq >= since.seq;
}
