/** The clocks that an update deletes: sorted ranges without overlap, by client. */
export class DeletedRanges {
  readonly #ranges = new Map<number, readonly number[]>();

  has(client: number): boolean {
    return this.#ranges.has(client);
  }

  add(client: number, ranges: readonly number[]): void {
    this.#ranges.set(client, ranges);
  }

  *[Symbol.iterator](): Generator<readonly [client: number, from: number, to: number]> {
    for (const [client, ranges] of this.#ranges) {
      for (let i = 0; i < ranges.length; i += 2) yield [client, ranges[i]!, ranges[i + 1]!];
    }
  }

  /** Whether one range covers clocks `from` (inclusive) to `to` (exclusive); Yjs always merges ranges. */
  cover(client: number, from: number, to: number): boolean {
    const ranges = this.#ranges.get(client) ?? [];
    let low = 0;
    let high = ranges.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranges[2 * middle]! <= from) low = middle + 1;
      else high = middle;
    }
    return low > 0 && to <= ranges[2 * low - 1]!;
  }
}
