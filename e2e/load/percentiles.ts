/** Of raw samples, never of other percentiles. */
export class Samples {
  readonly #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
  }

  get count(): number {
    return this.#values.length;
  }

  /** The value below which `share` (0–1) of the samples lie; NaN without samples. */
  percentile(share: number): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  }

  /** `p50 1.2 ms, p95 3.4 ms, p99 5.6 ms` */
  toString(): string {
    return [0.5, 0.95, 0.99]
      .map((share) => `p${share * 100} ${this.percentile(share).toFixed(1)} ms`)
      .join(', ');
  }
}
