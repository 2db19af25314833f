import { expect, test } from 'vitest';
import { METRICS } from '../limits.ts';
import { LatencyWindow } from './latency-window.ts';

test('gives percentiles of what came since the last look, in whatever order it came', () => {
  const window = new LatencyWindow();
  for (const ms of [30, 10, 20, 40, 50, 60, 70, 80, 100, 90]) window.add(ms);
  const percentile = window.take();
  expect([50, 95, 99, 100].map((p) => percentile?.(p))).toEqual([50, 100, 100, 100]);
  expect(window.take()).toBeNull();
});

test('keeps a fair sample of more than fits', () => {
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const window = new LatencyWindow(random);
  for (let ms = 0; ms < 50 * METRICS.latencySamples; ms++) window.add(ms);
  const middle = window.take()?.(50) ?? 0;
  expect(middle / (50 * METRICS.latencySamples)).toBeCloseTo(0.5, 1);
});
