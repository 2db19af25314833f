import type { Position } from './store.ts';

/** Before the server has said in which timeline it counts; nothing is known to be held. */
export const UNKNOWN_TIMELINE = 'unknown';

/** The position that a copy has after a write: the later one where both count alike, otherwise the new one. */
export function laterPosition(before: Position | null, after: Position): Position {
  return before !== null && isComparable(before, after) && before.offset > after.offset
    ? before
    : after;
}

/** Whether the stored copy holds what a writer's change builds on. */
export function reaches(stored: Position | null, since: Position | null): boolean {
  if (since === null || since.offset === 0) return true;
  return stored !== null && isComparable(stored, since) && stored.offset >= since.offset;
}

function isComparable(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.timeline === other.timeline;
}
