import { SeededRandom } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { backoffMs, reconnectDelayMs } from './backoff.ts';

test('delays double up to the cap, however many attempts there are', () => {
  const backoff = { baseMs: 100, capMs: 1_000 };
  expect([0, 1, 2, 3, 4, 5_000].map((attempt) => backoffMs(backoff, attempt))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
});

test('jitter draws a delay between 0 and its bound', () => {
  const random = new SeededRandom(1);
  const delays = Array.from({ length: 500 }, () =>
    backoffMs({ baseMs: 100, capMs: 1_000, random }, 1),
  );
  expect(Math.max(...delays)).toBeLessThanOrEqual(200);
  expect(Math.max(...delays)).toBeGreaterThan(160);
  expect(Math.min(...delays)).toBeLessThan(40);
  expect(backoffMs({ baseMs: 100, capMs: 1_000, random: { next: () => 0 } }, 5_000)).toBe(0);
});

test('W9: the first try comes within 250 ms, the n-th within 1 s · 2ⁿ and never after 30 s', () => {
  const random = new SeededRandom(1);
  for (let attempt = 0; attempt < 12; attempt++) {
    const bound = attempt === 0 ? 250 : Math.min(30_000, 1_000 * 2 ** attempt);
    const delays = Array.from({ length: 500 }, () => reconnectDelayMs(attempt, random));
    expect(Math.max(...delays)).toBeLessThanOrEqual(bound);
    expect(Math.max(...delays)).toBeGreaterThan(bound * 0.8);
    expect(Math.min(...delays)).toBeLessThan(bound * 0.2);
  }
});
