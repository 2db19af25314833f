export interface ClockRange {
  readonly clock: number;
  readonly length: number;
}

/** Ranges of one client's clocks, which may overlap, indexed by clock. */
export class ClockRanges<T> {
  readonly #rangeOf: (value: T) => ClockRange;
  readonly #values: T[] = [];
  #isSorted = true;
  #longest = 0;

  constructor(rangeOf: (value: T) => ClockRange) {
    this.#rangeOf = rangeOf;
  }

  add(value: T): void {
    const { clock, length } = this.#rangeOf(value);
    const last = this.#values.at(-1);
    this.#isSorted &&= last === undefined || this.#rangeOf(last).clock <= clock;
    this.#longest = Math.max(this.#longest, length);
    this.#values.push(value);
  }

  overlapping({ clock, length }: ClockRange): T[] {
    const found: T[] = [];
    for (let i = this.#firstBehind(clock - this.#longest); i < this.#values.length; i++) {
      const range = this.#rangeOf(this.#values[i]!);
      if (range.clock >= clock + length) break;
      if (clock < range.clock + range.length) found.push(this.#values[i]!);
    }
    return found;
  }

  nextStart(clock: number): number {
    const next = this.#values[this.#firstBehind(clock)];
    return next === undefined ? Infinity : this.#rangeOf(next).clock;
  }

  #firstBehind(clock: number): number {
    // Sorted on lookup: at insertion, each of thousands of values would move the others.
    if (!this.#isSorted)
      this.#values.sort((a, b) => this.#rangeOf(a).clock - this.#rangeOf(b).clock);
    this.#isSorted = true;
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rangeOf(this.#values[middle]!).clock <= clock) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
