/** Seeds that once found a defect. They run first, for ever. */
export const KEPT_SEEDS: readonly number[] = [];
