import { expect, test } from 'vitest';
import { defaultWorkers } from './worker-engine.ts';

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [5, 4],
  [6, 4],
])('on %i processors, %i engine workers by default', (processors, workers) => {
  expect(defaultWorkers(processors)).toBe(workers);
});
