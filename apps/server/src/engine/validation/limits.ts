/** What an update may hold. Each is tested at its exact boundary. */

/** The clock after the last one a client can write. Far below what makes Yjs lose integer precision. */
export const MAX_CLOCK = 2 ** 31 - 1;

/** Arrays and objects inside one JSON or Any value. `JSON.stringify` and `writeAny` recurse. */
export const MAX_VALUE_DEPTH = 64;

/** Names of root types in one document. Saving looks a root's name up by a linear search. */
export const MAX_ROOT_NAMES = 64;

/**
 * Types inside types below a root. Deleting, saving as text and converting recurse, in browsers with
 * a smaller stack too. Above what a page's schema allows, so that the schema's reason is the one told.
 */
export const MAX_TYPE_DEPTH = 128;

/**
 * List positions that one update may make Yjs walk over, see rehearsal.ts. A step costs Yjs about
 * 0.1 µs in a short walk and 0.5 µs in a long one, and it costs it again on each load.
 */
export const MAX_WALK_STEPS = 1_000_000;

/** Places by which one update may make Yjs move structs in its arrays: half a second at most. */
export const MAX_SHIFTS = 500_000_000;

/** As many take the time of a step. */
export const SHIFTS_PER_STEP = 100;
