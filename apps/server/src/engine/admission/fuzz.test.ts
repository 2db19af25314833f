import { describe, expect, test } from 'vitest';
import { ask, fuzz } from './testing/fuzz.ts';
import { readHexLines } from './testing/hex-lines.ts';
import { load, survive } from './testing/survival.ts';

/** `FUZZ_MUTANTS=400000 FUZZ_SEED=7` for more, and for others. */
const mutants = Number(process.env['FUZZ_MUTANTS'] || 20_000);
const seed = Number(process.env['FUZZ_SEED'] || 1);

// Each line: a saved document, and an update that once got through and broke it.
describe('updates that broke a document once', () => {
  test.each(
    readHexLines('kept.hex').map(([document, update], i) => ({
      line: i + 1,
      document: document!,
      update: update!,
    })),
  )('kept update $line', ({ document, update }) => {
    if (ask(load(document), update).kind === 'admitted')
      expect(survive(document, update).fault).toBeNull();
  });
});

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
