import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { Throttle } from './throttle.ts';

function fixture(intervalMs: number | (() => number) = 100) {
  const clock = new ManualClock(1_000);
  const runs: number[] = [];
  const throttle = new Throttle({
    intervalMs,
    run: () => runs.push(clock.now()),
    onError: (error) => {
      throw error;
    },
    clock,
  });
  return { clock, runs, throttle };
}

test('runs at once after a pause, and then at the end of the interval', () => {
  const { clock, runs, throttle } = fixture();
  throttle.schedule();
  throttle.schedule();
  clock.advance(0);
  expect(runs).toEqual([1_000]);
  clock.advance(30);
  throttle.schedule();
  clock.advance(500);
  expect(runs).toEqual([1_000, 1_100]);
});

test('reads the interval at each schedule', () => {
  let intervalMs = 100;
  const { clock, runs, throttle } = fixture(() => intervalMs);
  throttle.schedule();
  clock.advance(0);
  intervalMs = 400;
  throttle.schedule();
  clock.advance(1_000);
  expect(runs).toEqual([1_000, 1_400]);
});

test('runs nothing once it is disposed', () => {
  const { clock, runs, throttle } = fixture();
  throttle.schedule();
  throttle[Symbol.dispose]();
  clock.advance(1_000);
  expect(runs).toEqual([]);
  expect(clock.pending).toBe(0);
});
