import { expect, test } from 'vitest';
import { formatQuantity } from './quantity.ts';

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
