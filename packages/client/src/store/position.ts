import type { Position } from './store.ts';

/** The timeline before the server has named one; no content counts as known. */
export const UNKNOWN_TIMELINE = 'unknown';

/** The later position if both have the same timeline, otherwise the new one. */
export function laterPosition(before: Position | null, after: Position): Position {
  return before !== null && isComparable(before, after) && before.offset > after.offset
    ? before
    : after;
}

/** True if the stored copy contains the content that a writer's change builds on. */
export function reaches(stored: Position | null, since: Position | null): boolean {
  if (since === null || since.offset === 0) return true;
  return stored !== null && isComparable(stored, since) && stored.offset >= since.offset;
}

function isComparable(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.timeline === other.timeline;
}
