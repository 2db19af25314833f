import { afterAll } from 'vitest';
import type { AtEnd } from './running-server.ts';

/**
 * For resources that all tests of a file share: call it outside of tests and hooks, where
 * `afterAll` applies.
 */
export function atEndOfFile(): AtEnd {
  const runs: Parameters<AtEnd>[0][] = [];
  afterAll(async () => {
    for (const run of runs.toReversed()) await run();
  });
  return (run) => void runs.push(run);
}
