import { expect, test } from 'vitest';
import { relativeTime } from './moment.tsx';

const now = new Date(2026, 3, 12, 12).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, null],
  [-HOUR, null],
  [59_000, null],
  [MINUTE, '1 minute ago'],
  [59 * MINUTE, '59 minutes ago'],
  [5 * HOUR, '5 hours ago'],
  [DAY, 'yesterday'],
  [6 * DAY, '6 days ago'],
  [10 * DAY, '2 April'],
  [365 * DAY, '12 April 2025'],
])('%i ms ago is %s', (ago, words) => {
  expect(relativeTime(now - ago, now, 'en-GB')).toBe(words);
});
