import { expect, test } from 'vitest';
import { fuzz } from './testing/fuzz.ts';

/** `MUTANTS=400000 SEED=7` for more, and for others. A failure prints a line for `fixtures/kept.hex`. */
const mutants = Number(process.env['MUTANTS'] || 100_000);
const seed = Number(process.env['SEED'] || 1);

test(
  `${mutants} mutants of honest updates with seed ${seed}: all that are admitted do no harm, and all honest ones are`,
  () => {
    const { failures, admitted, honest, ...rest } = fuzz(seed, mutants);
    expect(
      failures.map(({ what, document, update }) => `${what}\nkeep as: ${document} ${update}`),
    ).toEqual([]);
    // A fuzzer whose mutants are all refused, or that wrote nothing, has tried nothing.
    expect(admitted).toBeGreaterThan(mutants / 50);
    expect(honest).toBeGreaterThan(mutants / 100);
    expect(rest.mutants).toBe(mutants);
  },
  60_000 + 5 * mutants,
);
