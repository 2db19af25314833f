/** Milliseconds of the machine's steady clock, which all processes read alike; those of `performance.now` begin with each. */

// The first look at it loads it, which must not lie between the two.
performance.now();
const BEGAN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export function nowMs(): number {
  return BEGAN_MS + performance.now();
}
