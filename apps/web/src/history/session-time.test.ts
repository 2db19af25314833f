import { expect, test } from 'vitest';
import { dayName, timeRange } from './session-time.ts';

const at = (day: number, hour: number, minute = 0) =>
  new Date(2026, 2, day, hour, minute).getTime();

test('a day is named by how long ago it was', () => {
  expect(dayName(at(12, 1), at(12, 23), 'en')).toBe('Today');
  expect(dayName(at(11, 23), at(12, 1), 'en')).toBe('Yesterday');
  expect(dayName(at(10, 12), at(12, 12), 'en')).toBe('Tuesday, March 10');
  expect(dayName(new Date(2025, 0, 3).getTime(), at(12, 12), 'en')).toBe('Friday, January 3, 2025');
});

test('a time is a range, or one time', () => {
  const range = (from: number, to: number) => timeRange({ startedAt: from, endedAt: to }, 'en-GB');
  expect(range(at(12, 9, 5), at(12, 9, 40))).toBe('09:05–09:40');
  expect(range(at(12, 9, 5), at(12, 9, 5))).toBe('09:05');
});
