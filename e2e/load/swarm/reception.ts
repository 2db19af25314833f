/** What one member got of each writer: nothing may be missing, come twice or come too early. */

export type Arrival = 'new' | 'late' | 'duplicate' | 'early';

interface WriterState {
  /** The highest number so far. */
  last: number;
  /** Numbers below it that have not come. */
  missing: Set<number> | null;
}

export class Reception {
  readonly #writers = new Map<number, WriterState>();

  /**
   * - `new`: the next one.
   * - `early`: one after a gap. It counts as delivered.
   * - `late`: one of a gap, after a later one.
   * - `duplicate`: it was here before.
   */
  note(writer: number, number: number): Arrival {
    let state = this.#writers.get(writer);
    if (state === undefined) {
      state = { last: -1, missing: null };
      this.#writers.set(writer, state);
    }
    if (number <= state.last)
      return state.missing !== null && state.missing.delete(number) ? 'late' : 'duplicate';
    const isNext = number === state.last + 1;
    if (!isNext) {
      state.missing ??= new Set();
      for (let gone = state.last + 1; gone < number; gone++) state.missing.add(gone);
    }
    state.last = number;
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
