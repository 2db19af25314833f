import type { Profile } from './profiles.ts';

/**
 * Regression seeds, which run first. They once revealed a defect in the editor's binding (421, 522,
 * 1210, 1269, 1295, 4335) or a rare correct outcome (see `LetterHistory`).
 */
export const KEPT_SEEDS: Readonly<Record<Profile['name'], readonly number[]>> = {
  hostile: [
    73, 115, 204, 295, 304, 312, 421, 522, 600, 858, 995, 1045, 1210, 1269, 1246, 1294, 1295, 1347,
    1478, 1747, 2641, 2816, 3001, 3006, 3555, 3967, 3968, 4263, 4335, 6512,
  ],
  mild: [310, 377, 463],
};
