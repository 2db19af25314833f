import { expect, test } from 'vitest';
import { formatQuantity, formatSince } from './quantity.ts';

test.each([
  [12_345, 'count', '12.3K'],
  [0.5, 'per-second', '0.5'],
  [11.256, 'milliseconds', '11.3 ms'],
  [999, 'bytes', '0.999 kB'],
  [123_456_789, 'bytes', '123 MB'],
  [0, 'bytes', '0 kB'],
  [5e12, 'bytes', '5,000 GB'],
] as const)('%d %s is %s', (value, unit, text) => {
  expect(formatQuantity(value, unit, 'en')).toBe(text);
});

test.each([
  ['2026-03-04T12:03:59', '2026-03-04T23:59:00', '12:03'],
  ['2026-03-03T23:59:00', '2026-03-04T00:01:00', '3 Mar 2026, 23:59'],
])('since %s is said at %s as %s', (since, at, text) => {
  expect(formatSince(Date.parse(since), Date.parse(at), 'en-GB')).toBe(text);
});
