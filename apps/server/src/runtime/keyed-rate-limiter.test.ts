import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { MAX_TRACKED_CALLERS } from '../limits.ts';
import { KeyedRateLimiter } from './keyed-rate-limiter.ts';

function fixture(rate = { burst: 3, perSecond: 2 }) {
  const clock = new ManualClock();
  let refused = 0;
  const limiter = new KeyedRateLimiter({ rate, clock, onRefused: () => refused++ });
  const taken = (key: string, attempts = 5): number =>
    Array.from({ length: attempts }, () => limiter.tryTake(key)).filter(Boolean).length;
  return { clock, limiter, taken, refused: () => refused };
}

test('each key has its own burst and rate', () => {
  const { clock, taken } = fixture();
  expect(taken('ada')).toBe(3);
  expect(taken('bob')).toBe(3);
  clock.advance(1_000);
  expect(taken('ada')).toBe(2);
});

test('each refusal is reported', () => {
  const { taken, refused } = fixture();
  taken('ada');
  expect(refused()).toBe(2);
});

test('the number of remembered keys is bounded', () => {
  const { limiter } = fixture({ burst: 1, perSecond: 0.001 });
  expect(limiter.tryTake('first')).toBe(true);
  expect(limiter.tryTake('first')).toBe(false);
  for (let i = 0; i < MAX_TRACKED_CALLERS; i++) limiter.tryTake(`key ${i}`);
  expect(limiter.tryTake('first')).toBe(true);
});

test('LI4 a key is told about after each tenth of its burst, unless it was refilled', () => {
  const { clock, limiter, taken } = fixture({ burst: 40, perSecond: 1 });
  const told: [string, number][] = [];
  limiter.onTaken((key, amount) => told.push([key, amount]));
  taken('ada', 3);
  expect(told).toEqual([]);
  taken('ada', 5);
  expect(told).toEqual([
    ['ada', 4],
    ['ada', 4],
  ]);
  taken('bob', 3);
  clock.advance(60_000);
  taken('bob', 3);
  expect(told).toHaveLength(2);
});

test('LI4 what another node has given is taken here, down to another burst', () => {
  const { clock, limiter, taken } = fixture({ burst: 10, perSecond: 1 });
  limiter.takenElsewhere('ada', 8);
  expect(taken('ada')).toBe(2);
  limiter.takenElsewhere('ada', 1_000);
  clock.advance(10_000);
  expect(taken('ada')).toBe(0);
  clock.advance(3_000);
  expect(taken('ada')).toBe(3);
});

test('LI4 what is given back is there again, and others are told', () => {
  const { limiter, taken } = fixture({ burst: 10, perSecond: 1 });
  const told: number[] = [];
  limiter.onTaken((_, amount) => told.push(amount));
  expect(taken('ada', 4)).toBe(4);
  limiter.refund('ada', 3);
  expect(told).toEqual([1, 1, 1, 1, -3]);
  limiter.refund('ada', 8);
  expect(taken('ada', 20)).toBe(10);
  limiter.takenElsewhere('ada', -3);
  expect(taken('ada', 20)).toBe(3);
});

test('what there is can be asked for, and several taken at once, or none', () => {
  const { clock, limiter, refused } = fixture({ burst: 10, perSecond: 1 });
  const told: number[] = [];
  limiter.onTaken((_, amount) => told.push(amount));
  expect([limiter.has('ada', 10), limiter.has('ada', 11)]).toEqual([true, false]);
  expect(limiter.tryTake('ada', 7)).toBe(true);
  expect(told).toEqual([7]);
  expect(limiter.has('ada', 4)).toBe(false);
  expect(refused()).toBe(0);
  expect(limiter.tryTake('ada', 4)).toBe(false);
  expect([limiter.has('ada', 3), refused()]).toEqual([true, 1]);
  clock.advance(1_000);
  expect(limiter.tryTake('ada', 4)).toBe(true);
});
