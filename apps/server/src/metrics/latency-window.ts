/**
 * Latencies since the last read. Beyond its capacity it keeps a uniform sample (Vitter's algorithm
 * R).
 */
import { METRICS } from '../limits.ts';

export class LatencyWindow {
  readonly #kept = new Float64Array(METRICS.latencySamples);
  readonly #random: () => number;
  #seen = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  add(ms: number): void {
    const at = this.#seen++;
    if (at < METRICS.latencySamples) {
      this.#kept[at] = ms;
      return;
    }
    const instead = Math.floor(this.#random() * this.#seen);
    if (instead < METRICS.latencySamples) this.#kept[instead] = ms;
  }

  take(): ((percentile: number) => number) | null {
    const sorted = this.#kept.slice(0, Math.min(this.#seen, METRICS.latencySamples)).sort();
    this.#seen = 0;
    if (sorted.length === 0) return null;
    return (percentile) => sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)]!;
  }
}
