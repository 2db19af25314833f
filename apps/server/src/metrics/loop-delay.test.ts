import { expect, test } from 'vitest';
import { expose, Histogram } from './instruments.ts';
import { foldTickTimes } from './loop-delay.ts';

const ms = 1e6;

test('takes away the time that a punctual tick has, and counts each tick once', () => {
  const histogram = new Histogram('delay_seconds', 'Delay.', { bounds: [0.001, 0.1] });
  const percentiles = new Map([
    [0, 50 * ms],
    [50, 50.2 * ms],
    [99, 50.4 * ms],
    [100, 105 * ms],
  ]);
  const p99Ms = foldTickTimes({ count: 100, percentiles }, histogram);
  expect(p99Ms).toBeCloseTo(0.4);
  const text = expose([histogram]);
  expect(text).toContain('delay_seconds_bucket{le="0.001"} 99\n');
  expect(text).toContain('delay_seconds_bucket{le="0.1"} 100\n');
});

test('says nothing of a second without ticks', () => {
  const histogram = new Histogram('delay_seconds', 'Delay.');
  expect(foldTickTimes({ count: 0, percentiles: new Map([[100, 0]]) }, histogram)).toBe(0);
  expect(histogram.count).toBe(0);
});
