import { expect, test } from 'vitest';
import { forEachConcurrently } from './concurrency.ts';

test('handles each item once, and at most as many at a time as allowed', async () => {
  const handled: number[] = [];
  let running = 0;
  let most = 0;
  await forEachConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    handled.push(item);
    running--;
  });
  expect(handled).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test('rejects with the error of an item', async () => {
  const failing = forEachConcurrently([1], 2, () => Promise.reject(new Error('failed')));
  await expect(failing).rejects.toThrow('failed');
});
