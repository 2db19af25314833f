/** What one member got of each writer: nothing may be missing, come twice or come too early. */

export type Arrival = 'new' | 'late' | 'duplicate' | 'early';

interface Heard {
  /** The highest number so far. */
  last: number;
  /** Numbers below it that have not come. */
  missing: Set<number> | null;
}

export class Reception {
  readonly #writers = new Map<number, Heard>();

  /**
   * - `new`: the next one.
   * - `early`: one after a gap. It counts as delivered.
   * - `late`: one of a gap, after a later one.
   * - `duplicate`: it was here before.
   */
  note(writer: number, number: number): Arrival {
    let heard = this.#writers.get(writer);
    if (heard === undefined) {
      heard = { last: -1, missing: null };
      this.#writers.set(writer, heard);
    }
    if (number <= heard.last)
      return heard.missing !== null && heard.missing.delete(number) ? 'late' : 'duplicate';
    const isNext = number === heard.last + 1;
    if (!isNext) {
      heard.missing ??= new Set();
      for (let gone = heard.last + 1; gone < number; gone++) heard.missing.add(gone);
    }
    heard.last = number;
    return isNext ? 'new' : 'early';
  }

  /** Of each writer: how many messages are here from the first on without a gap. */
  *whole(): Generator<readonly [writer: number, count: number]> {
    for (const [writer, { last, missing }] of this.#writers) {
      const gap = missing === null || missing.size === 0 ? last + 1 : Math.min(...missing);
      yield [writer, gap];
    }
  }
}
