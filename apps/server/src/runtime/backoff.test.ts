import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('delays double up to the cap, however many attempts there are', () => {
  const backoff = { baseMs: 100, capMs: 1_000 };
  expect([0, 1, 2, 3, 4, 1_000].map((attempt) => backoffMs(backoff, attempt))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
});

test('jitter shortens a delay by a random part', () => {
  const delays = Array.from({ length: 100 }, () =>
    backoffMs({ baseMs: 100, capMs: 1_000, jitter: 0.5 }, 0),
  );
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
  expect(Math.max(...delays)).toBeLessThanOrEqual(100);
  expect(new Set(delays).size).toBeGreaterThan(1);
});
