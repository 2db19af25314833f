import { expect, test } from 'vitest';
import { ManualClock } from '@tandem/testkit';
import { HANDSHAKE, TIMER_WHEEL } from '../limits.ts';
import { HandshakeRateLimiter } from './handshake-rate-limiter.ts';
import { TimerWheel } from '../runtime/timer-wheel.ts';

function fixture(perSecond: number) {
  const clock = new ManualClock();
  const wheel = new TimerWheel();
  const accepted: number[] = [];
  const limiter = new HandshakeRateLimiter({ perSecond, wheel, clock });
  const connect = (count: number): boolean[] =>
    Array.from({ length: count }, (_, i) => limiter.tryEnter(() => void accepted.push(i)));
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += TIMER_WHEEL.tickMs) {
      clock.advance(TIMER_WHEEL.tickMs);
      wheel.turn();
    }
  };
  return { limiter, connect, pass, accepted };
}

test('connections below the rate are accepted at once', () => {
  const { connect, pass, accepted } = fixture(2_000);
  for (let tick = 0; tick < 20; tick++) {
    expect(new Set(connect(200))).toEqual(new Set([true]));
    pass(TIMER_WHEEL.tickMs);
  }
  expect(accepted).toHaveLength(4_000);
});

test('a storm is accepted in order at 2,000 a second; some wait for two seconds, the rest are refused (T12)', () => {
  const { connect, pass, accepted } = fixture(2_000);
  const outcomes = connect(6_000);
  const entered = outcomes.filter(Boolean).length;
  expect(entered).toBe(400 + (2_000 * HANDSHAKE.maxWaitMs) / 1_000);
  expect(outcomes.lastIndexOf(true)).toBeLessThan(outcomes.indexOf(false));
  expect(accepted).toHaveLength(400);
  pass(1_000);
  expect(accepted).toHaveLength(2_400);
  pass(1_000);
  expect(accepted).toHaveLength(entered);
  expect(accepted).toEqual(accepted.toSorted((a, b) => a - b));
});

test('a new connection does not pass those that wait', () => {
  const { limiter, connect, pass, accepted } = fixture(20);
  connect(10);
  pass(TIMER_WHEEL.tickMs);
  limiter.tryEnter(() => void accepted.push(99));
  pass(2_000);
  expect(accepted.at(-1)).toBe(99);
});

test('waiting connections are dropped at the end', () => {
  const { limiter, connect, pass, accepted } = fixture(20);
  connect(10);
  limiter[Symbol.dispose]();
  pass(5_000);
  expect(accepted).toHaveLength(4);
});
