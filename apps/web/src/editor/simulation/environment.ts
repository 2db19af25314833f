import { SeededRandom } from '@tandem/testkit';

/**
 * Fixes time and randomness, so that a run repeats exactly. Yjs captures `Date.now` when it is
 * loaded, so tests import this module first.
 */

const PAUSE_MS = 10_000;

const clock = Date.now.bind(Date);
const chance = crypto.getRandomValues.bind(crypto);
let now: number | null = null;
let random: SeededRandom | null = null;

Date.now = () => now ?? clock();
crypto.getRandomValues = (array) => {
  if (!random || !(array instanceof Uint8Array)) return chance(array);
  array.set(random.bytes(array.length));
  return array;
};

export function repeatable<T>(seed: number, work: () => T): T {
  now = PAUSE_MS;
  random = new SeededRandom(seed);
  try {
    return work();
  } finally {
    now = null;
    random = null;
  }
}

/** Advances the clock inside `repeatable`, so that the next edit starts a new undo step. */
export function pause(): void {
  if (now !== null) now += PAUSE_MS;
}
