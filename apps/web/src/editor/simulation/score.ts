import { afterAll, expect } from 'vitest';

/** Counts how many of a file's rows are right, and says so when some are not. */
export function createScore(
  title: string,
): (actual: () => string, right: readonly string[]) => void {
  let rows = 0;
  let correct = 0;
  afterAll(() => {
    if (correct < rows) console.log(`${title}: right ${correct} of ${rows}`);
  });
  return (actual, right) => {
    rows++;
    const outcome = actual();
    if (!right.includes(outcome)) expect(outcome).toBe(right.join('\n or '));
    correct++;
  };
}
