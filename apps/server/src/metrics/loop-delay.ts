/**
 * Event-loop delay. Node measures it natively; each second's samples go into a histogram, because
 * Node's percentiles cannot be aggregated.
 */
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { METRICS } from '../limits.ts';
import type { Histogram } from './instruments.ts';

/** Node's samples: nanoseconds from one tick of its timer to the next. */
export type TickTimes = Pick<IntervalHistogram, 'count' | 'percentiles'>;

export class LoopDelay {
  readonly #histogram: Histogram;
  readonly #monitor = monitorEventLoopDelay({ resolution: METRICS.loopDelayResolutionMs });
  #p99Ms = 0;

  constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  start(): void {
    this.#monitor.enable();
  }

  get p99Ms(): number {
    return this.#p99Ms;
  }

  turn(): void {
    this.#p99Ms = foldTickTimes(this.#monitor, this.#histogram);
    this.#monitor.reset();
  }

  stop(): void {
    this.#monitor.disable();
    this.#p99Ms = 0;
  }
}

export function foldTickTimes({ count, percentiles }: TickTimes, into: Histogram): number {
  let below = 0;
  let p99Ms = 0;
  for (const [percentile, nanoseconds] of percentiles) {
    // A tick without delay comes one resolution after the last.
    const delayMs = Math.max(0, nanoseconds / 1e6 - METRICS.loopDelayResolutionMs);
    const upTo = Math.round((percentile / 100) * count);
    if (upTo > below) into.observe(delayMs / 1_000, upTo - below);
    if (below < 0.99 * count) p99Ms = delayMs;
    below = Math.max(below, upTo);
  }
  return p99Ms;
}
