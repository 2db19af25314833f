import { expect, it, onTestFinished, vi } from 'vitest';
import { HANDSHAKE, TIMER_WHEEL } from '../limits.ts';
import { HandshakeRateLimiter } from './handshake-rate-limiter.ts';
import { TimerWheel } from '../runtime/timer-wheel.ts';

function budget(perSecond: number) {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const wheel = new TimerWheel();
  const taken: number[] = [];
  const hellos = new HandshakeRateLimiter({ perSecond, wheel });
  const come = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => hellos.enter(() => void taken.push(i)));
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += TIMER_WHEEL.tickMs) {
      now += TIMER_WHEEL.tickMs;
      wheel.turn();
    }
  };
  return { hellos, come, pass, taken };
}

it('takes what comes while it is not too much', () => {
  const { come, pass, taken } = budget(2_000);
  for (let tick = 0; tick < 20; tick++) {
    expect(new Set(come(200))).toEqual(new Set(['entered']));
    pass(TIMER_WHEEL.tickMs);
  }
  expect(taken).toHaveLength(4_000);
});

it('takes 2,000 a second of a storm, in order, lets some wait for two seconds and sends the rest away', () => {
  const { come, pass, taken } = budget(2_000);
  const outcomes = come(6_000);
  const entered = outcomes.filter((outcome) => outcome === 'entered').length;
  expect(entered).toBe(400 + (2_000 * HANDSHAKE.maxWaitMs) / 1_000);
  expect(outcomes.lastIndexOf('entered')).toBeLessThan(outcomes.indexOf('full'));
  expect(taken).toHaveLength(400);
  pass(1_000);
  expect(taken).toHaveLength(2_400);
  pass(1_000);
  expect(taken).toHaveLength(entered);
  expect(taken).toEqual(taken.toSorted((a, b) => a - b));
});

it('lets nobody pass those who wait', () => {
  const { hellos, come, pass, taken } = budget(20);
  come(10);
  pass(TIMER_WHEEL.tickMs);
  hellos.enter(() => void taken.push(99));
  pass(2_000);
  expect(taken.at(-1)).toBe(99);
});

it('forgets those who wait at the end', () => {
  const { hellos, come, pass, taken } = budget(20);
  come(10);
  hellos[Symbol.dispose]();
  pass(5_000);
  expect(taken).toHaveLength(4);
});
