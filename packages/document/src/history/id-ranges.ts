/** Ranges of Yjs ids with a value each, found by id. Of ranges over each other the first counts. */
export class IdRanges<T> {
  readonly #clients = new Map<number, Entry<T>[]>();
  readonly #sorted = new Set<number>();

  add({ client, clock, length }: IdRange, value: T): void {
    const entry = { clock, length, value, skipped: 0 };
    const entries = this.#clients.get(client);
    if (entries === undefined) this.#clients.set(client, [entry]);
    else entries.push(entry);
    this.#sorted.delete(client);
  }

  /** Cuts a range where the known ones begin and end. */
  *cut({ client, clock, length }: IdRange): Generator<RangePart<T>> {
    const entries = this.#entriesOf(client);
    const end = clock + length;
    let index = lastAtOrBefore(entries, clock);
    for (let at = clock; at < end;) {
      const entry = entries[index];
      if (entry === undefined || entry.clock + entry.length <= at) {
        const next = entries[index + 1]?.clock ?? end;
        if (next > at)
          yield { clock: at, length: Math.min(next, end) - at, value: null, skipped: 0 };
        at = Math.min(Math.max(next, at), end);
        index++;
        continue;
      }
      const size = Math.min(entry.clock + entry.length, end) - at;
      const skipped = entry.skipped + at - entry.clock;
      yield { clock: at, length: size, value: entry.value, skipped };
      at += size;
    }
  }

  find(client: number, clock: number): T | null {
    const [part] = this.cut({ client, clock, length: 1 });
    return part?.value ?? null;
  }

  #entriesOf(client: number): readonly Entry<T>[] {
    const entries = this.#clients.get(client);
    if (entries === undefined || this.#sorted.has(client)) return entries ?? [];
    const disjoint: Entry<T>[] = [];
    let end = 0;
    for (const entry of entries.toSorted((a, b) => a.clock - b.clock)) {
      const skipped = Math.max(0, end - entry.clock);
      if (skipped >= entry.length) continue;
      const { clock, length, value } = entry;
      disjoint.push({ clock: clock + skipped, length: length - skipped, value, skipped });
      end = clock + length;
    }
    this.#clients.set(client, disjoint);
    this.#sorted.add(client);
    return disjoint;
  }
}

export interface IdRange {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

export interface RangePart<T> {
  readonly clock: number;
  readonly length: number;
  /** Null where no range was added. */
  readonly value: T | null;
  /** From the beginning of the range that was added. */
  readonly skipped: number;
}

interface Entry<T> {
  readonly clock: number;
  readonly length: number;
  readonly value: T;
  readonly skipped: number;
}

function lastAtOrBefore<T>(entries: readonly Entry<T>[], clock: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.clock <= clock) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
