import { expect, test } from 'vitest';
import { MAX_TRACKED_CALLERS } from '../limits.ts';
import { KeyedRateLimiter } from './keyed-rate-limiter.ts';

test('each key has its own burst and rate', () => {
  const limiter = new KeyedRateLimiter({ burst: 3, perSecond: 2 });
  const taken = (key: string, nowMs: number) =>
    Array.from({ length: 5 }, () => limiter.tryTake(key, nowMs)).filter(Boolean).length;
  expect(taken('ada', 0)).toBe(3);
  expect(taken('bob', 0)).toBe(3);
  expect(taken('ada', 1_000)).toBe(2);
});

test('each refusal is reported', () => {
  let refused = 0;
  const limiter = new KeyedRateLimiter({ burst: 3, perSecond: 2 }, () => refused++);
  for (let i = 0; i < 5; i++) limiter.tryTake('ada', 0);
  expect(refused).toBe(2);
});

test('the number of remembered keys is bounded', () => {
  const limiter = new KeyedRateLimiter({ burst: 1, perSecond: 0.001 });
  expect(limiter.tryTake('first', 0)).toBe(true);
  expect(limiter.tryTake('first', 0)).toBe(false);
  for (let i = 0; i < MAX_TRACKED_CALLERS; i++) limiter.tryTake(`key ${i}`, 0);
  expect(limiter.tryTake('first', 0)).toBe(true);
});
