import type * as Y from 'yjs';
import { type IdRange, IdRanges } from './id-ranges.ts';

/** The first original of each character that undo or a restore brought back as a copy (HI3). */
export class Origins {
  readonly #copies = new IdRanges<{ readonly client: number; readonly clock: number }>();

  constructor(restored: Y.Map<unknown>) {
    for (const [key, value] of restored) {
      const client = Number(key.split(':')[0]);
      if (!Array.isArray(value)) continue;
      const numbers = value.slice(1) as number[];
      for (let i = 0; i + 3 < numbers.length; i += 4) {
        const [clock, origin, originClock, length] = numbers.slice(i, i + 4) as [
          number,
          number,
          number,
          number,
        ];
        this.#copies.add({ client, clock, length }, { client: origin, clock: originClock });
      }
    }
  }

  /** The parts of a range, each with the id of its first character's original. */
  *of(range: IdRange): Generator<{ readonly skipped: number; readonly origin: IdRange }> {
    for (const { clock, length, value, skipped } of this.#copies.cut(range)) {
      const origin =
        value === null
          ? { client: range.client, clock, length }
          : { client: value.client, clock: value.clock + skipped, length };
      yield { skipped: clock - range.clock, origin };
    }
  }
}
