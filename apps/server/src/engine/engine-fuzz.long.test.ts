import { describe, expect, test } from 'vitest';
import { fuzzEngine, replay } from './testing/engine-fuzz.ts';
import { readKeptCases } from './testing/fuzz-case.ts';

/** `MUTANTS=400000 SEED=7` for more, and for others. A failure prints a line for `fixtures/kept-cases.txt`. */
const mutants = Number(process.env['MUTANTS'] || 100_000);
const seed = Number(process.env['SEED'] || 1);

describe('what broke a document in the engine once', () => {
  test.each(readKeptCases().map((kept, i) => ({ line: i + 1, kept })))(
    'kept case $line',
    async ({ kept }) => {
      expect(await replay(kept)).toBeNull();
    },
  );
});

test(
  `${mutants} mutants through the engine with seed ${seed}: documents load as they were seen, and honest work is saved`,
  async () => {
    const { failures, admitted, refused, honest, rows, ...rest } = await fuzzEngine(seed, mutants);
    expect(failures).toEqual([]);
    expect(rest.mutants).toBe(mutants);
    // A fuzzer whose mutants are all refused or all taken, or whose people wrote nothing, has tried nothing.
    for (const kind of ['data', 'page'] as const) {
      expect(admitted[kind]).toBeGreaterThan(mutants / 50);
      expect(refused[kind]).toBeGreaterThan(mutants / 10);
      expect(rows[kind]).toBeGreaterThan(mutants / 50);
    }
    expect(honest).toBeGreaterThan(mutants / 50);
  },
  60_000 + 5 * mutants,
);
