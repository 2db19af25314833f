/**
 * A document as it would be with some structs added: the live document, which is only read, and
 * over it the places that were touched. Nothing is copied that the structs do not come near.
 *
 * A seat is a struct or a part of one. It is made when somebody asks for it, split where an id lies
 * inside it, and knows its right neighbour once that has been asked for.
 */

import * as Y from 'yjs';

/** What a seat of the live document and a new one have in common. A client or clock of -1 is none. */
export interface Placement {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
  readonly originClient: number;
  readonly originClock: number;
  readonly rightClient: number;
  readonly rightClock: number;
}

type Struct = Y.Item | Y.GC;
type LiveType = Y.Doc['share'] extends Map<string, infer T> ? T : never;

/** A type, as what other structs are placed in. */
export interface Holder {
  /** Null while only the new structs know it. */
  readonly type: LiveType | null;
  /** Types above it: none for a root. */
  readonly depth: number;
  /** By key; null is the sequence of a list, a text or an element. */
  readonly rows: Map<string | null, Row>;
}

/** A sequence, or the history of one key, whose last seat is its value. */
export interface Row {
  readonly holder: Holder;
  readonly key: string | null;
  /** `undefined` until it is read from the live document. */
  first: Seat | null | undefined;
  /** Of a key: how many seats it takes to reach the first from the last. */
  length: number;
}

export class Seat {
  readonly client: number;
  readonly clock: number;
  length: number;
  readonly originClient: number;
  readonly originClock: number;
  readonly rightClient: number;
  readonly rightClock: number;
  /** Null for garbage, which is nowhere; `undefined` until it is read from the live document. */
  row: Row | null | undefined;
  /** `undefined` until it is read from the live document. */
  right: Seat | null | undefined;
  /** What it holds: a type, null for something dead, `undefined` for a value. */
  holder: Holder | null | undefined;
  readonly item: Y.Item | null;
  /** How many structs of its client follow it in the live document. */
  readonly followers: number;
  /** The last walk that came by, and the last of its stretches. */
  walk = 0;
  stretch = 0;

  constructor(placement: Placement, item: Y.Item | null, followers: number) {
    this.client = placement.client;
    this.clock = placement.clock;
    this.length = placement.length;
    this.originClient = placement.originClient;
    this.originClock = placement.originClock;
    this.rightClient = placement.rightClient;
    this.rightClock = placement.rightClock;
    this.item = item;
    this.followers = followers;
  }
}

export class StructStoreOverlay {
  readonly #doc: Y.Doc;
  /** The parts of each struct of the document that was asked for. */
  readonly #live = new Map<Struct, Seat[]>();
  /** What was added, by client. */
  readonly #added = new Map<number, Seat[]>();
  readonly #holders = new Map<LiveType, Holder>();
  readonly #newRoots = new Map<string, Holder>();
  #shifts = 0;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  /**
   * By how many places structs move in Yjs's arrays. A client's structs are one array, and each split
   * in it, as each deletion that lets neighbours merge, moves all that follow.
   */
  get shifts(): number {
    return this.#shifts;
  }

  /** The seat with this id, which must be in the document or have been added. */
  at(client: number, clock: number): Seat {
    const seats = this.#partsAt(client, clock);
    return seats[lastUpTo(seats, clock)]!;
  }

  /** As `at`, and the seat ends with this id. Garbage is never split, here as in Yjs. */
  endingAt(client: number, clock: number): Seat {
    const seat = this.at(client, clock);
    if (seat.row !== null && clock < seat.clock + seat.length - 1) this.#split(seat, clock + 1);
    return seat;
  }

  /** As `at`, and the seat starts with this id. */
  startingAt(client: number, clock: number): Seat {
    const seat = this.at(client, clock);
    return seat.row !== null && clock > seat.clock ? this.#split(seat, clock) : seat;
  }

  /** Splits what holds `clock` before it. Makes no seat where a struct starts there anyway. */
  cut(client: number, clock: number): void {
    if (clock <= 0) return;
    const struct = this.#structAt(client, clock - 1);
    if (struct === undefined || clock < struct.id.clock + struct.length)
      this.endingAt(client, clock - 1);
  }

  /** Splits as the deletion of clocks `from` up to and without `to` does. */
  delete(client: number, from: number, to: number): void {
    if (!this.#isDeleted(client, from)) {
      this.cut(client, from);
      // What it deletes may become one with what is deleted beside it.
      this.#shifts += this.at(client, from).followers;
    }
    if (!this.#isDeleted(client, to - 1)) this.cut(client, to);
  }

  next(seat: Seat): Seat | null {
    if (seat.right === undefined) seat.right = this.#seatOf(seat.item?.right ?? null);
    return seat.right;
  }

  first(row: Row): Seat | null {
    if (row.first === undefined) row.first = this.#readFirst(row);
    return row.first;
  }

  rowOf(seat: Seat): Row | null {
    if (seat.row === undefined) {
      const item = seat.item!;
      seat.row = rowIn(this.#holderOf(item.parent as LiveType), item.parentSub);
    }
    return seat.row;
  }

  /** The type that a seat holds, null when it is dead, `undefined` when it never was a type. */
  holderAt(seat: Seat): Holder | null | undefined {
    if (seat.holder === undefined && seat.item !== null) {
      const content = seat.item.content;
      if (content instanceof Y.ContentType) seat.holder = this.#holderOf(content.type);
      else if (content instanceof Y.ContentDeleted) seat.holder = null;
    }
    return seat.holder;
  }

  root(name: string): Holder {
    const type = this.#doc.share.get(name);
    if (type !== undefined) return this.#holderOf(type);
    const known = this.#newRoots.get(name);
    if (known !== undefined) return known;
    const holder: Holder = { type: null, depth: 0, rows: new Map() };
    this.#newRoots.set(name, holder);
    return holder;
  }

  /** Adds the next seat of its client, to the right of `left`, or first in its row. */
  add(seat: Seat, left: Seat | null): void {
    this.#addedBy(seat.client).push(seat);
    const row = seat.row;
    if (row === null || row === undefined) return;
    if (left === null) {
      seat.right = this.first(row);
      row.first = seat;
    } else {
      seat.right = this.next(left);
      left.right = seat;
    }
    row.length++;
  }

  #addedBy(client: number): Seat[] {
    let seats = this.#added.get(client);
    if (seats === undefined) this.#added.set(client, (seats = []));
    return seats;
  }

  /** The struct of the document with this id; `undefined` when it was added. */
  #structAt(client: number, clock: number): Struct | undefined {
    const structs = this.#doc.store.clients.get(client);
    if (structs === undefined || clock >= Y.getState(this.#doc.store, client)) return undefined;
    return structs[Y.findIndexSS(structs, clock)];
  }

  #partsAt(client: number, clock: number): Seat[] {
    const struct = this.#structAt(client, clock);
    return struct === undefined ? this.#addedBy(client) : this.#partsOf(struct);
  }

  #partsOf(struct: Struct): Seat[] {
    let parts = this.#live.get(struct);
    if (parts === undefined) this.#live.set(struct, (parts = [this.#read(struct)]));
    return parts;
  }

  #isDeleted(client: number, clock: number): boolean {
    const struct = this.#structAt(client, clock);
    return struct === undefined ? this.at(client, clock).holder === null : struct.deleted;
  }

  #seatOf(item: Y.Item | null): Seat | null {
    return item === null ? null : this.#partsOf(item)[0]!;
  }

  #read(struct: Struct): Seat {
    const { client, clock } = struct.id;
    const item = struct instanceof Y.Item ? struct : null;
    const structs = this.#doc.store.clients.get(client)!;
    const seat = new Seat(
      {
        client,
        clock,
        length: struct.length,
        originClient: item?.origin?.client ?? -1,
        originClock: item?.origin?.clock ?? -1,
        rightClient: item?.rightOrigin?.client ?? -1,
        rightClock: item?.rightOrigin?.clock ?? -1,
      },
      item,
      structs.length - Y.findIndexSS(structs, clock),
    );
    if (item === null) {
      seat.row = null;
      seat.holder = null;
    }
    return seat;
  }

  #readFirst(row: Row): Seat | null {
    if (row.holder.type === null) return null;
    if (row.key === null) return this.#seatOf(row.holder.type._start);
    let item = row.holder.type._map.get(row.key) ?? null;
    while (item !== null && item.left !== null) {
      item = item.left;
      row.length++;
    }
    return this.#seatOf(item);
  }

  /** @returns the part from `clock` on. */
  #split(seat: Seat, clock: number): Seat {
    const rest = new Seat(
      {
        client: seat.client,
        clock,
        length: seat.clock + seat.length - clock,
        originClient: seat.client,
        originClock: clock - 1,
        rightClient: seat.rightClient,
        rightClock: seat.rightClock,
      },
      seat.item,
      seat.followers,
    );
    rest.row = seat.row;
    rest.right = seat.right;
    rest.holder = seat.holder;
    const parts = this.#partsAt(seat.client, seat.clock);
    const index = lastUpTo(parts, seat.clock) + 1;
    parts.splice(index, 0, rest);
    this.#shifts += seat.followers + parts.length - index;
    seat.length -= rest.length;
    seat.right = rest;
    return rest;
  }

  #holderOf(type: LiveType): Holder {
    let holder = this.#holders.get(type);
    if (holder === undefined) {
      holder = { type, depth: depthOf(type), rows: new Map() };
      this.#holders.set(type, holder);
    }
    return holder;
  }
}

export function rowIn(holder: Holder, key: string | null): Row {
  let row = holder.rows.get(key);
  if (row === undefined) {
    row = { holder, key, first: undefined, length: 0 };
    holder.rows.set(key, row);
  }
  return row;
}

function depthOf(type: LiveType): number {
  let depth = 0;
  for (let item = type._item; item !== null; item = (item.parent as LiveType)._item) depth++;
  return depth;
}

/** The index of the last seat that starts at `clock` or before it; -1 when there is none. */
function lastUpTo(seats: readonly Seat[], clock: number): number {
  let low = 0;
  let high = seats.length;
  // What was just written is what is mostly asked for.
  if (high > 0 && seats[high - 1]!.clock <= clock) return high - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (seats[middle]!.clock <= clock) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
