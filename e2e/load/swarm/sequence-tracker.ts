/** Tracks the messages that a client received from each writer, to detect gaps, duplicates and early messages. */

export type Arrival = 'new' | 'late' | 'duplicate' | 'early';

interface WriterState {
  last: number;
  missing: Set<number> | null;
}

export class SequenceTracker {
  readonly #writers = new Map<number, WriterState>();

  /**
   * - `new`: the next message.
   * - `early`: a message after a gap; counts as delivered.
   * - `late`: a message that fills a gap.
   * - `duplicate`: a repeated message.
   */
  record(writer: number, number: number): Arrival {
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

  *contiguousCounts(): Generator<readonly [writer: number, count: number]> {
    for (const [writer, { last, missing }] of this.#writers) {
      const gap = missing === null || missing.size === 0 ? last + 1 : Math.min(...missing);
      yield [writer, gap];
    }
  }
}
