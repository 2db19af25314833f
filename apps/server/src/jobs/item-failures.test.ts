import { expect, test } from 'vitest';
import { ItemFailures } from './item-failures.ts';
import { JOBS } from './limits.ts';

const fail = (detail: string) => () => Promise.reject(new Error(detail));

test('JB22 an item that fails stops no other one, and the job fails at its end', async () => {
  const failures = new ItemFailures();
  let done = 0;
  for (let i = 0; i < 5 * JOBS.failuresInARow; i++) {
    await failures.attempt(i % 2 === 0 ? fail(`item ${i}`) : async () => void done++);
  }
  expect(done).toBe((5 * JOBS.failuresInARow) / 2);
  expect(() => failures.throwIfAny()).toThrow('50 failed, such as: item 0');
  new ItemFailures().throwIfAny();
});

test('JB22 a job does not go on when nothing succeeds', async () => {
  const failures = new ItemFailures();
  for (let i = 1; i < JOBS.failuresInARow; i++) await failures.attempt(fail('no answer'));
  await expect(failures.attempt(fail('no answer'))).rejects.toThrow('20 failed');
});
