export interface ClockRange {
  readonly clock: number;
  readonly length: number;
}

/** Ranges of one client's clocks, found by the clocks they hold. They may overlap. */
export class ClockRanges<T> {
  readonly #rangeOf: (value: T) => ClockRange;
  /** In the order of their first clocks. */
  readonly #values: T[] = [];
  #longest = 0;

  constructor(rangeOf: (value: T) => ClockRange) {
    this.#rangeOf = rangeOf;
  }

  add(value: T): void {
    const { clock, length } = this.#rangeOf(value);
    this.#longest = Math.max(this.#longest, length);
    this.#values.splice(this.#firstBehind(clock), 0, value);
  }

  /** The values whose ranges overlap one. */
  overlapping({ clock, length }: ClockRange): T[] {
    const found: T[] = [];
    for (let i = this.#firstBehind(clock - this.#longest); i < this.#values.length; i++) {
      const range = this.#rangeOf(this.#values[i]!);
      if (range.clock >= clock + length) break;
      if (clock < range.clock + range.length) found.push(this.#values[i]!);
    }
    return found;
  }

  /** The first clock behind one that a range begins with. */
  nextStart(clock: number): number {
    const next = this.#values[this.#firstBehind(clock)];
    return next === undefined ? Infinity : this.#rangeOf(next).clock;
  }

  #firstBehind(clock: number): number {
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
