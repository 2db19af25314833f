import { MAX_RESTORED_LEVEL, MAX_RESTORED_RANGES } from '@tandem/document';
import { markerOf, type PageRoots } from '@tandem/document/stream';
import * as Y from 'yjs';

import { type ClockRange, ClockRanges } from './clock-ranges.ts';
import { type Characters, deleteCharacters } from './stream-items.ts';

interface Copies {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
  readonly origin: Y.ID;
  readonly level: number;
}

export interface Restored {
  readonly clock: number;
  readonly length: number;
  readonly source: Y.ID;
}

/** Tracks copied characters, so that two users who undo one deletion do not duplicate the text. */
export class RestoredCopies {
  readonly #roots: PageRoots;
  readonly #doc: Y.Doc;
  readonly #byCopy = new Map<number, ClockRanges<Copies>>();
  readonly #byOrigin = new Map<number, ClockRanges<Copies>>();
  readonly #keys = new Set<string>();
  #fresh: Copies[] = [];
  #unsettled: Copies[] = [];

  constructor(roots: PageRoots) {
    this.#roots = roots;
    this.#doc = roots.text.doc!;
    for (const key of roots.restored.keys()) this.#take(key);
    this.#unsettled = this.#fresh;
    this.#fresh = [];
  }

  /** Must run in the transaction that restored the characters. */
  record(restored: readonly Restored[]): void {
    const runs = restored.flatMap((run) => this.#fromOrigins(run));
    let level = 0;
    for (const { origin, length } of runs)
      for (const copies of this.#copiesOf(origin, length)) level = Math.max(level, copies.level);
    for (let start = 0; start < runs.length; start += MAX_RESTORED_RANGES)
      this.#note(
        Math.min(level + 1, MAX_RESTORED_LEVEL),
        runs.slice(start, start + MAX_RESTORED_RANGES),
      );
  }

  noteChanges(transaction: Y.Transaction): void {
    for (const key of transaction.changed.get(this.#roots.restored as never) ?? [])
      if (key !== null) this.#take(key);
  }

  /** @param letter what the character was, where it is known: only a copy that reads so counts (HI5) */
  livingCopyOf(id: Y.ID, letter = this.#contentOf(id, 1)): Y.ID {
    if (this.#byCopy.size === 0 || this.#isLiving(id)) return id;
    const copies = this.#livingCopies(this.#originOf(id));
    return copies.findLast((copy) => letter === null || this.#contentOf(copy, 1) === letter) ?? id;
  }

  /**
   * Deletes copies of lower rank (HI4): duplicates with a copy of this client or, after a user's
   * command, all duplicates. Runs in its own transaction with `origin`, or in none without
   * duplicates.
   */
  deleteDoubles(origin: unknown, makers: 'own' | 'all'): void {
    let copies = this.#fresh;
    this.#fresh = [];
    // One by one, because `push` takes a limited number of arguments.
    for (const each of copies) this.#unsettled.push(each);
    if (makers === 'all') [copies, this.#unsettled] = [this.#unsettled, []];
    const doubles = originalsOf(copies).flatMap((originals) => this.#doublesOf(originals, makers));
    if (doubles.length === 0) return;
    this.#doc.transact((transaction) => {
      for (const run of joinRuns(doubles)) deleteCharacters(transaction, run);
    }, origin);
  }

  #note(level: number, runs: readonly (Restored & { readonly origin: Y.ID })[]): void {
    const ranges = runs.flatMap(({ clock, origin, length }) => [
      clock,
      origin.client,
      origin.clock,
      length,
    ]);
    const key = `${this.#doc.clientID}:${runs[0]!.clock}`;
    this.#roots.restored.set(key, [level, ...ranges]);
    this.#take(key);
  }

  #take(key: string): void {
    const value = this.#roots.restored.get(key);
    const client = Number(key.split(':')[0]);
    if (this.#keys.has(key) || !Array.isArray(value)) return;
    this.#keys.add(key);
    const [level, ...runs] = value as number[];
    for (let i = 0; i + 3 < runs.length; i += 4) {
      const [clock, originClient, originClock, length] = runs.slice(i, i + 4) as [
        number,
        number,
        number,
        number,
      ];
      const origin = Y.createID(originClient, originClock);
      const copies = { client, clock, length, origin, level: level! };
      if (!this.#isPossible(copies)) continue;
      rangesOf(this.#byCopy, client, (each) => each).add(copies);
      rangesOf(this.#byOrigin, originClient, originRange).add(copies);
      this.#fresh.push(copies);
    }
  }

  #fromOrigins({ clock, length, source }: Restored): (Restored & { readonly origin: Y.ID })[] {
    const runs: (Restored & { readonly origin: Y.ID })[] = [];
    for (let done = 0; done < length;) {
      const id = Y.createID(source.client, source.clock + done);
      const copies = this.#find(id);
      const rest = copies ? this.#untilOther(id, copies) : this.#untilNextCopy(id);
      const size = Math.min(length - done, rest);
      const origin = this.#originOf(id, size);
      runs.push({ clock: clock + done, length: size, source: id, origin });
      done += size;
    }
    return runs;
  }

  /**
   * Whether the characters exist and have no recorded original. A forged record therefore costs no
   * more than the characters that its author wrote.
   */
  #isPossible(copies: Copies): boolean {
    const { client, clock, length } = copies;
    const isThere = clock + length <= Y.getState(this.#doc.store, client);
    return isThere && !this.#byCopy.get(client)?.overlapping(copies).length;
  }

  #untilNextCopy({ client, clock }: Y.ID): number {
    return (this.#byCopy.get(client)?.nextStart(clock) ?? Infinity) - clock;
  }

  #find({ client, clock }: Y.ID): Copies | undefined {
    return this.#byCopy.get(client)?.overlapping({ clock, length: 1 })[0];
  }

  /** Up to where a copy, its note or its original ends. */
  #untilOther(id: Y.ID, copies: Copies): number {
    const origin = notedOrigin(copies, id);
    const noted = copies.clock + copies.length - id.clock;
    return Math.min(noted, this.#untilNextItem(id), this.#untilNextItem(origin));
  }

  /**
   * The character itself where its note is of other words (HI5): what is copied from it would be noted as somebody
   * else's.
   */
  #originOf(id: Y.ID, length = 1): Y.ID {
    const copies = this.#find(id);
    if (copies === undefined) return id;
    const origin = notedOrigin(copies, id);
    const [copy, original] = [this.#contentOf(id, length), this.#contentOf(origin, length)];
    return copy === null || original === null || copy === original ? origin : id;
  }

  #copiesOf({ client, clock }: Y.ID, length: number): Copies[] {
    return this.#byOrigin.get(client)?.overlapping({ clock, length }) ?? [];
  }

  #livingCopies(origin: Y.ID): Y.ID[] {
    return this.#living(
      origin,
      this.#copiesOf(origin, 1).map((copies) => copyOf(copies, origin.clock)),
    );
  }

  #living(origin: Y.ID, copies: readonly Copy[]): Y.ID[] {
    const ranked = copies.toSorted(
      (a, b) => a.level - b.level || a.id.client - b.id.client || a.id.clock - b.id.clock,
    );
    return [origin, ...ranked.map(({ id }) => id)].filter((id) => this.#isLiving(id));
  }

  #doublesOf({ client, clock, length }: Characters, makers: 'own' | 'all'): Characters[] {
    const isMaker = (maker: number): boolean => makers === 'all' || maker === this.#doc.clientID;
    const all = this.#copiesOf(Y.createID(client, clock), length);
    if (!isMaker(client) && !all.some((copies) => isMaker(copies.client))) return [];
    const doubles: Characters[] = [];
    let next = 0;
    let open: Copies[] = [];
    // In runs whose characters share copies, each in one item: there may be a million characters.
    for (let at = clock; at < clock + length;) {
      while (next < all.length && all[next]!.origin.clock <= at) open.push(all[next++]!);
      open = open.filter(({ origin, length: size }) => origin.clock + size > at);
      const copies = open.map((each) => copyOf(each, at));
      const end = Math.min(
        clock + length,
        all[next]?.origin.clock ?? Infinity,
        ...open.map(({ origin, length: size }) => origin.clock + size),
        ...[Y.createID(client, at), ...copies.map(({ id }) => id)].map(
          (id) => at + this.#untilNextItem(id),
        ),
      );
      const living = this.#living(Y.createID(client, at), copies);
      const best = living.at(-1);
      if (best !== undefined && living.some((id) => isMaker(id.client)))
        for (const id of living.slice(0, -1)) doubles.push(...this.#equalParts(id, best, end - at));
      at = end;
    }
    return doubles;
  }

  #equalParts(run: Y.ID, other: Y.ID, length: number): Characters[] {
    const [a, b] = [this.#contentOf(run, length), this.#contentOf(other, length)];
    const parts: Characters[] = [];
    if (a === null || b === null) return parts;
    if (a === b) return [{ client: run.client, clock: run.clock, length }];
    if (length === 1) return parts;
    for (let i = 0; i < length; i++)
      if (a[i] === b[i]) parts.push({ client: run.client, clock: run.clock + i, length: 1 });
    return parts;
  }

  #structAt({ client, clock }: Y.ID): Y.AbstractStruct | null {
    const { store } = this.#doc;
    if (Y.getState(store, client) <= clock) return null;
    return Y.getItem(store, Y.createID(client, clock));
  }

  #untilNextItem(id: Y.ID): number {
    const struct = this.#structAt(id);
    return struct === null ? Infinity : struct.id.clock + struct.length - id.clock;
  }

  #itemOf(id: Y.ID): Y.Item | null {
    const struct = this.#structAt(id);
    return struct instanceof Y.Item && struct.parent === this.#roots.text ? struct : null;
  }

  #isLiving(id: Y.ID): boolean {
    return this.#itemOf(id)?.deleted === false;
  }

  /**
   * The content of one item, for comparison: a forged record must not delete other content. Null where it is gone with
   * its deletion.
   */
  #contentOf(id: Y.ID, length: number): string | null {
    const item = this.#itemOf(id);
    if (item?.content instanceof Y.ContentString) {
      const offset = id.clock - item.id.clock;
      return item.content.str.slice(offset, offset + length);
    }
    const marker = item && markerOf(item);
    return marker && JSON.stringify(marker);
  }
}

interface Copy {
  readonly id: Y.ID;
  readonly level: number;
}

function copyOf({ client, clock, origin, level }: Copies, originClock: number): Copy {
  return { id: Y.createID(client, clock + originClock - origin.clock), level };
}

function notedOrigin({ clock, origin }: Copies, id: Y.ID): Y.ID {
  return Y.createID(origin.client, origin.clock + id.clock - clock);
}

function originRange({ origin: { clock }, length }: Copies): ClockRange {
  return { clock, length };
}

function originalsOf(copies: readonly Copies[]): Characters[] {
  return joinRuns(
    copies.map(({ origin: { client, clock }, length }) => ({ client, clock, length })),
  );
}

function joinRuns(parts: readonly (Y.ID & { readonly length?: number })[]): Characters[] {
  const runs: Characters[] = [];
  const sorted = parts.toSorted((a, b) => a.client - b.client || a.clock - b.clock);
  for (const { client, clock, length = 1 } of sorted) {
    const last = runs.at(-1);
    if (last?.client !== client || last.clock + last.length < clock) {
      runs.push({ client, clock, length });
      continue;
    }
    const end = Math.max(last.clock + last.length, clock + length);
    runs[runs.length - 1] = { ...last, length: end - last.clock };
  }
  return runs;
}

function rangesOf(
  all: Map<number, ClockRanges<Copies>>,
  client: number,
  rangeOf: (copies: Copies) => ClockRange,
): ClockRanges<Copies> {
  let ranges = all.get(client);
  if (!ranges) all.set(client, (ranges = new ClockRanges(rangeOf)));
  return ranges;
}
