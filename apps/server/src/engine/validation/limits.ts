/** Limits of an update's content. Each is tested at its exact boundary. */

/** The highest clock a client may write, far below the point where Yjs loses integer precision. */
export const MAX_CLOCK = 2 ** 31 - 1;

/** Nesting of arrays and objects inside one JSON or Any value: `JSON.stringify` and `writeAny` recurse. */
export const MAX_VALUE_DEPTH = 64;

/** Root types in one document: saving looks up a root's name by linear search. */
export const MAX_ROOT_NAMES = 64;

/**
 * Nesting of types below a root: deleting, saving as text and converting recurse, in browsers with
 * smaller stacks too. Above the limit of a page's schema, so that users see the schema's reason.
 */
export const MAX_TYPE_DEPTH = 128;

/**
 * List positions that one update may make Yjs walk over; see integration-dry-run.ts. A step costs Yjs
 * about 0.1 µs in a short walk and 0.5 µs in a long one, here and on each load.
 */
export const MAX_WALK_STEPS = 1_000_000;

/** Array slots that one update may make Yjs shift: half a second at most. */
export const MAX_SHIFTS = 500_000_000;

/** Shifts that take as long as one step of a walk. */
export const SHIFTS_PER_STEP = 100;
