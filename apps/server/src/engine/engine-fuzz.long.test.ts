import { describe, expect, test } from 'vitest';
import { fuzzEngine, replay } from './testing/engine-fuzz.ts';
import { readRegressionCases } from './testing/fuzz-case.ts';

/** Set `MUTANTS=400000 SEED=7` for more and other mutants. A failure prints a line for `fixtures/regression-cases.txt`. */
const mutants = Number(process.env['MUTANTS'] || 100_000);
const seed = Number(process.env['SEED'] || 1);

describe('cases that broke a document', () => {
  test.each(readRegressionCases().map((regression, i) => ({ line: i + 1, regression })))(
    'regression case $line',
    async ({ regression }) => {
      expect(await replay(regression)).toBeNull();
    },
  );
});

test(
  `${mutants} mutants through the engine with seed ${seed}: documents load as subscribers saw them, and valid work is saved`,
  async () => {
    const { failures, accepted, refused, valid, rows, ...rest } = await fuzzEngine(seed, mutants);
    expect(failures).toEqual([]);
    expect(rest.mutants).toBe(mutants);
    // A fuzzer whose mutants are all refused or all accepted, or whose authors wrote nothing, proves nothing.
    for (const kind of ['data', 'page'] as const) {
      expect(accepted[kind]).toBeGreaterThan(mutants / 50);
      expect(refused[kind]).toBeGreaterThan(mutants / 10);
      expect(rows[kind]).toBeGreaterThan(mutants / 50);
    }
    expect(valid).toBeGreaterThan(mutants / 50);
  },
  60_000 + 5 * mutants,
);
