import { SeededRandom } from '@tandem/testkit';

/**
 * Time and chance under control, so that a run repeats exactly. Yjs keeps a reference to `Date.now` when it is loaded:
 * tests import this module before any other.
 */

/** Longer than any grouping of edits into one step of undo. */
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

/** Runs `work` with a clock that stands still and with chance that is drawn from `seed`. */
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

/** Lets time pass inside `repeatable`, so that the next edit begins another step of undo. */
export function pause(): void {
  if (now !== null) now += PAUSE_MS;
}
