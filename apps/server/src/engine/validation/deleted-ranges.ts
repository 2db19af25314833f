/** The clocks that an update deletes: by client, ranges that are sorted and do not overlap. */
export class DeletedRanges {
  /** Start and end in turn; the end is the first clock that is not deleted. */
  readonly #ranges = new Map<number, readonly number[]>();

  has(client: number): boolean {
    return this.#ranges.has(client);
  }

  add(client: number, ranges: readonly number[]): void {
    this.#ranges.set(client, ranges);
  }

  /** Each range: its client, its first clock, and the clock after its last. */
  *[Symbol.iterator](): Generator<readonly [client: number, from: number, to: number]> {
    for (const [client, ranges] of this.#ranges) {
      for (let i = 0; i < ranges.length; i += 2) yield [client, ranges[i]!, ranges[i + 1]!];
    }
  }

  /** Whether all clocks `from` up to and without `to` are in one range, as Yjs always merges them. */
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
