import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { StallDetector } from './stall-detector.ts';

function fixture() {
  const clock = new ManualClock();
  const state = { due: 0, stalls: 0 };
  const detector = new StallDetector({
    clock,
    afterMs: 5_000,
    intervalMs: 1_000,
    isDue: () => state.due > 0,
    onStalled: () => void state.stalls++,
  });
  const send = () => {
    state.due++;
    detector.sent();
  };
  const answer = () => {
    state.due--;
    return detector.answered();
  };
  return { clock, state, detector, send, answer };
}

test('a worker has stalled when no answer comes for a time, until one comes', () => {
  const { clock, state, send, answer } = fixture();
  send();
  clock.advance(4_999);
  expect(state.stalls).toBe(0);
  send();
  clock.advance(1);
  expect(state.stalls).toBe(1);
  clock.advance(60_000);
  expect([state.stalls, clock.pending]).toEqual([1, 0]);
  expect(answer()).toBe(true);
  expect(answer()).toBe(false);
});

test('each answer restarts the time', () => {
  const { clock, state, send, answer } = fixture();
  for (let i = 0; i < 10; i++) send();
  for (let i = 0; i < 9; i++) {
    clock.advance(4_000);
    expect(answer()).toBe(false);
  }
  expect(state.stalls).toBe(0);
  clock.advance(6_000);
  expect(state.stalls).toBe(1);
});

test('no timer runs while no answer is due', () => {
  const { clock, detector, send, answer } = fixture();
  detector.sent();
  expect(clock.pending).toBe(0);
  send();
  expect(clock.pending).toBe(1);
  answer();
  clock.advance(1_000);
  expect(clock.pending).toBe(0);
});

test('time in which the process was suspended does not count', () => {
  const clock = new ManualClock();
  let suspendedMs = 0;
  let stalls = 0;
  const detector = new StallDetector({
    clock: {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs() + suspendedMs,
      setTimeout: (run, delayMs) => clock.setTimeout(run, delayMs),
      clearTimeout: (handle) => clock.clearTimeout(handle),
    },
    afterMs: 5_000,
    intervalMs: 1_000,
    isDue: () => true,
    onStalled: () => void stalls++,
  });
  detector.sent();
  suspendedMs = 3_600_000;
  clock.advance(1_000);
  expect(stalls).toBe(0);
  clock.advance(3_000);
  expect(stalls).toBe(1);
});
