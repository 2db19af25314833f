import { expect, test } from 'vitest';
import { fuzz } from './testing/fuzz.ts';

/** Set `MUTANTS=400000 SEED=7` for more and other mutants. A failure prints a line for `fixtures/regressions.hex`. */
const mutants = Number(process.env['MUTANTS'] || 100_000);
const seed = Number(process.env['SEED'] || 1);

test(
  `${mutants} mutants with seed ${seed}: accepted ones do no harm, and unchanged updates are accepted`,
  () => {
    const { failures, accepted, wellBehaved, ...rest } = fuzz(seed, mutants);
    expect(
      failures.map(({ what, document, update }) => `${what}\nkeep as: ${document} ${update}`),
    ).toEqual([]);
    // A fuzzer whose mutants are all refused, or that wrote nothing, proves nothing.
    expect(accepted).toBeGreaterThan(mutants / 50);
    expect(wellBehaved).toBeGreaterThan(mutants / 100);
    expect(rest.mutants).toBe(mutants);
  },
  60_000 + 5 * mutants,
);
