import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { OnDemandInterval } from './on-demand-interval.ts';

function fixture() {
  const clock = new ManualClock();
  const state = { left: 0, ticks: [] as number[], fails: false };
  const interval = new OnDemandInterval({
    clock,
    intervalMs: 1_000,
    tick: () => {
      state.ticks.push(clock.monotonicMs());
      state.left--;
      if (state.fails) throw new Error('tick failed');
    },
    isNeeded: () => state.left > 0,
  });
  return { clock, state, interval };
}

test('ticks while there is something to do, and rests until the next request', () => {
  const { clock, state, interval } = fixture();
  clock.advance(10_000);
  expect(state.ticks).toEqual([]);
  state.left = 2;
  interval.request();
  interval.request();
  clock.advance(10_000);
  expect(state.ticks).toEqual([11_000, 12_000]);
  state.left = 1;
  interval.request();
  clock.advance(10_000);
  expect(state.ticks).toHaveLength(3);
});

test('goes on after a tick that failed', () => {
  const { clock, state, interval } = fixture();
  state.left = 2;
  state.fails = true;
  interval.request();
  expect(() => clock.advance(1_000)).toThrow('tick failed');
  state.fails = false;
  clock.advance(1_000);
  expect(state.ticks).toHaveLength(2);
});

test('never ticks again once disposed of', () => {
  const { clock, state, interval } = fixture();
  state.left = 9;
  interval.request();
  interval[Symbol.dispose]();
  interval.request();
  clock.advance(10_000);
  expect(state.ticks).toEqual([]);
});
