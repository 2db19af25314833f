import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TYPING_IDLE_MS, TypingSignal } from './typing-signal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('reports true once, and false after a pause', () => {
  const reported: boolean[] = [];
  const signal = new TypingSignal((active) => reported.push(active));
  signal.touch();
  vi.advanceTimersByTime(TYPING_IDLE_MS - 1);
  signal.touch();
  vi.advanceTimersByTime(TYPING_IDLE_MS - 1);
  expect(reported).toEqual([true]);
  vi.advanceTimersByTime(1);
  expect(reported).toEqual([true, false]);
  signal.stop();
  expect(reported).toEqual([true, false]);
});

test('reports false when stopped', () => {
  const reported: boolean[] = [];
  const signal = new TypingSignal((active) => reported.push(active));
  signal.touch();
  signal.stop();
  vi.runAllTimers();
  expect(reported).toEqual([true, false]);
});
