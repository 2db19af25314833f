import { describe, expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('token bucket', () => {
  test('gives the burst and not one more', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3, nowMs: 0 });
    expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
  });

  test('fills at its rate up to the burst', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3, nowMs: 0 });
    expect(bucket.take(3, 0)).toBe(true);
    expect(bucket.take(1, 99)).toBe(false);
    expect(bucket.take(1, 100)).toBe(true);
    expect(bucket.take(4, 100_000)).toBe(false);
    expect(bucket.take(3, 100_000)).toBe(true);
  });

  test('takes no harm from a clock that goes back', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2, nowMs: 1_000 });
    expect(bucket.take(2, 500)).toBe(true);
    expect(bucket.take(1, 500)).toBe(false);
  });
});
