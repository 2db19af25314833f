/** Seeds that once found a defect. They run first. */
export const KEPT_SEEDS: readonly number[] = [
  // The room held back an update after a `state:request`, and the engine took the repair for it.
  20, 22,
];
