/** Seeds that once found a defect. They run first, for ever. */
export const KEPT_SEEDS: readonly number[] = [
  // The room held back what came after a `need`, and the engine took the repair for one of those.
  20, 22,
];
