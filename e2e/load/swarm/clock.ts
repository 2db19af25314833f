/**
 * Milliseconds of the machine's monotonic clock, comparable across processes; `performance.now`
 * starts with each process.
 */

// The first access loads `performance`, which must not happen between the two readings.
performance.now();
const BEGAN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export function nowMs(): number {
  return BEGAN_MS + performance.now();
}
