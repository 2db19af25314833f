import { expect, it } from 'vitest';
import { MAX_TRACKED_CALLERS } from '../limits.ts';
import { KeyedRateLimiter } from './keyed-rate-limiter.ts';

it('admits so many at once and so many in the long run, each caller for itself', () => {
  const gate = new KeyedRateLimiter({ atOnce: 3, perSecond: 2 });
  const admitted = (caller: string, nowMs: number) =>
    Array.from({ length: 5 }, () => gate.tryTake(caller, nowMs)).filter(Boolean).length;
  expect(admitted('ada', 0)).toBe(3);
  expect(admitted('bob', 0)).toBe(3);
  expect(admitted('ada', 1_000)).toBe(2);
});

it('tells of each that it refuses', () => {
  let refused = 0;
  const gate = new KeyedRateLimiter({ atOnce: 3, perSecond: 2 }, () => refused++);
  for (let i = 0; i < 5; i++) gate.tryTake('ada', 0);
  expect(refused).toBe(2);
});

it('remembers only so many callers', () => {
  const gate = new KeyedRateLimiter({ atOnce: 1, perSecond: 0.001 });
  expect(gate.tryTake('first', 0)).toBe(true);
  expect(gate.tryTake('first', 0)).toBe(false);
  for (let i = 0; i < MAX_TRACKED_CALLERS; i++) gate.tryTake(`caller ${i}`, 0);
  expect(gate.tryTake('first', 0)).toBe(true);
});
