/** Limits of an update's content, each tested at its exact boundary. An update beyond one is refused (W19). */

/** What an update may contain (W19). */
export const CONTENT = {
  /** The highest clock a client may write, far below the point where Yjs loses integer precision. */
  maxClock: 2 ** 31 - 1,
  /** Nesting of arrays and objects inside one JSON or Any value: `JSON.stringify` and `writeAny` recurse. */
  maxValueDepth: 64,
  /** Root types in one document: saving looks up a root's name by linear search. */
  maxRoots: 64,
  /**
   * Nesting of types below a root: deleting, saving as text and converting recurse, in browsers with
   * smaller stacks too. Above the limit of a page's schema, so that users see the schema's reason.
   */
  maxTypeDepth: 128,
} as const;

/** Work that one update may cause in Yjs; see integration-dry-run.ts. */
export const WALK = {
  /**
   * List positions to walk over. A step costs Yjs about 0.1 µs in a short walk and 0.5 µs in a long one,
   * here and on each load (W19).
   */
  maxSteps: 1_000_000,
  /** Array slots to shift: half a second at most (W19). */
  maxShifts: 500_000_000,
  /** Shifts that take as long as one step of a walk. */
  shiftsPerStep: 100,
} as const;
