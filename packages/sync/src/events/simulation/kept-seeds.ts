/** Seeds that once found a defect. They run first. */
export const KEPT_SEEDS: readonly number[] = [];
