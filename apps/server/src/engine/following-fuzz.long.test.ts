import { expect, test } from 'vitest';
import { fuzzFollowing } from './testing/following-fuzz.ts';

/** Set `SESSIONS=5000 SEED=7` for more and others. */
const sessions = Number(process.env['SESSIONS'] || 100);
const seed = Number(process.env['SEED'] || 1);

test(
  `CL6 CL7 ${sessions} documents on three engines with seed ${seed}: all have what the journal has, and valid work is saved`,
  async () => {
    const { failures, falseAlarms, ...counts } = await fuzzFollowing(seed, sessions);
    expect(failures).toEqual([]);
    expect(falseAlarms).toBeLessThan(1 + sessions / 50);
    // A run without conflicts and without attacks that succeed proves nothing.
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(sessions);
  },
  60_000 + 1_000 * sessions,
);
