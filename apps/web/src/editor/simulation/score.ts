import { afterAll, expect } from 'vitest';

/** Counts the correct rows of a file, and reports incorrect ones. */
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
