import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TYPING_IDLE_MS, TypingSignal } from './typing-signal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('reports true once, and false after a pause', () => {
  const told: boolean[] = [];
  const signal = new TypingSignal((active) => told.push(active));
  signal.touch();
  vi.advanceTimersByTime(TYPING_IDLE_MS - 1);
  signal.touch();
  vi.advanceTimersByTime(TYPING_IDLE_MS - 1);
  expect(told).toEqual([true]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([true, false]);
  signal.stop();
  expect(told).toEqual([true, false]);
});

test('reports false when stopped', () => {
  const told: boolean[] = [];
  const signal = new TypingSignal((active) => told.push(active));
  signal.touch();
  signal.stop();
  vi.runAllTimers();
  expect(told).toEqual([true, false]);
});
