/** Percentiles of raw samples, never of other percentiles. */
export class Samples {
  #values: number[] = [];
  #state: 'as they came' | 'sorted' = 'as they came';

  add(value: number): void {
    this.#values.push(value);
    this.#state = 'as they came';
  }

  addAll(values: Iterable<number>): void {
    for (const value of values) this.#values.push(value);
    this.#state = 'as they came';
  }

  get count(): number {
    return this.#values.length;
  }

  percentile(share: number): number {
    if (this.#state !== 'sorted') {
      this.#values = [...Float64Array.from(this.#values).sort()];
      this.#state = 'sorted';
    }
    const at = Math.min(this.#values.length - 1, Math.floor(this.#values.length * share));
    return this.#values[at] ?? Number.NaN;
  }

  toString(): string {
    return [0.5, 0.95, 0.99]
      .map((share) => `p${share * 100} ${this.percentile(share).toFixed(1)} ms`)
      .join(', ');
  }
}
