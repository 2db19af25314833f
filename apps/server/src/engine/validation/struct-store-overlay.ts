/**
 * A read-only overlay over a Y.Doc's struct store: the document as it would be with some structs
 * added. The overlay copies only the structs that the added ones touch.
 *
 * An `ItemView` is a struct or a part of one. The overlay creates views on first access, splits a
 * view where an id lies inside it, and reads a view's right neighbour on first access.
 */

import * as Y from 'yjs';

/** A client or clock of -1 means none. */
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

export interface Parent {
  readonly type: LiveType | null;
  readonly depth: number;
  readonly sequences: Map<string | null, Sequence>;
}

/** The children of a type, or the history of one map key, whose last view is the current value. */
export interface Sequence {
  readonly parent: Parent;
  readonly key: string | null;
  first: ItemView | null | undefined;
  length: number;
}

export class ItemView {
  readonly client: number;
  readonly clock: number;
  length: number;
  readonly originClient: number;
  readonly originClock: number;
  readonly rightClient: number;
  readonly rightClock: number;
  /** Null for garbage, which belongs to no sequence; `undefined` until read from the live document. */
  sequence: Sequence | null | undefined;
  right: ItemView | null | undefined;
  /** The type that the item contains: null for deleted content, `undefined` for a plain value. */
  contentType: Parent | null | undefined;
  readonly item: Y.Item | null;
  readonly followers: number;
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
  readonly #live = new Map<Struct, ItemView[]>();
  readonly #added = new Map<number, ItemView[]>();
  readonly #parents = new Map<LiveType, Parent>();
  readonly #newRoots = new Map<string, Parent>();
  #shifts = 0;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  /**
   * The number of array slots that Yjs will shift. Yjs keeps a client's structs in one array, and each
   * split, like each deletion that lets neighbours merge, moves all structs that follow.
   */
  get shifts(): number {
    return this.#shifts;
  }

  at(client: number, clock: number): ItemView {
    const views = this.#partsAt(client, clock);
    return views[lastUpTo(views, clock)]!;
  }

  /** Like `at`, split so that the view ends with this id. Garbage is never split, as in Yjs. */
  endingAt(client: number, clock: number): ItemView {
    const view = this.at(client, clock);
    if (view.sequence !== null && clock < view.clock + view.length - 1)
      this.#split(view, clock + 1);
    return view;
  }

  startingAt(client: number, clock: number): ItemView {
    const view = this.at(client, clock);
    return view.sequence !== null && clock > view.clock ? this.#split(view, clock) : view;
  }

  cut(client: number, clock: number): void {
    if (clock <= 0) return;
    const struct = this.#structAt(client, clock - 1);
    if (struct === undefined || clock < struct.id.clock + struct.length)
      this.endingAt(client, clock - 1);
  }

  delete(client: number, from: number, to: number): void {
    if (!this.#isDeleted(client, from)) {
      this.cut(client, from);
      if (this.#canMerge(client, from, to)) this.#shifts += this.at(client, from).followers;
    }
    if (!this.#isDeleted(client, to - 1)) this.cut(client, to);
  }

  next(view: ItemView): ItemView | null {
    if (view.right === undefined) view.right = this.#viewOf(view.item?.right ?? null);
    return view.right;
  }

  first(sequence: Sequence): ItemView | null {
    if (sequence.first === undefined) sequence.first = this.#readFirst(sequence);
    return sequence.first;
  }

  sequenceOf(view: ItemView): Sequence | null {
    if (view.sequence === undefined) {
      const item = view.item!;
      view.sequence = sequenceIn(this.#parentOf(item.parent as LiveType), item.parentSub);
    }
    return view.sequence;
  }

  typeAt(view: ItemView): Parent | null | undefined {
    if (view.contentType === undefined && view.item !== null) {
      const content = view.item.content;
      if (content instanceof Y.ContentType) view.contentType = this.#parentOf(content.type);
      else if (content instanceof Y.ContentDeleted) view.contentType = null;
    }
    return view.contentType;
  }

  root(name: string): Parent {
    const type = this.#doc.share.get(name);
    if (type !== undefined) return this.#parentOf(type);
    const known = this.#newRoots.get(name);
    if (known !== undefined) return known;
    const parent: Parent = { type: null, depth: 0, sequences: new Map() };
    this.#newRoots.set(name, parent);
    return parent;
  }

  add(view: ItemView, left: ItemView | null): void {
    this.#addedBy(view.client).push(view);
    const sequence = view.sequence;
    if (sequence === null || sequence === undefined) return;
    if (left === null) {
      view.right = this.first(sequence);
      sequence.first = view;
    } else {
      view.right = this.next(left);
      left.right = view;
    }
    sequence.length++;
  }

  #addedBy(client: number): ItemView[] {
    let views = this.#added.get(client);
    if (views === undefined) this.#added.set(client, (views = []));
    return views;
  }

  #structAt(client: number, clock: number): Struct | undefined {
    const structs = this.#doc.store.clients.get(client);
    if (structs === undefined || clock >= Y.getState(this.#doc.store, client)) return undefined;
    return structs[Y.findIndexSS(structs, clock)];
  }

  #partsAt(client: number, clock: number): ItemView[] {
    const struct = this.#structAt(client, clock);
    return struct === undefined ? this.#addedBy(client) : this.#partsOf(struct);
  }

  #partsOf(struct: Struct): ItemView[] {
    let parts = this.#live.get(struct);
    if (parts === undefined) this.#live.set(struct, (parts = [this.#read(struct)]));
    return parts;
  }

  /**
   * Whether deleting a range can merge structs: it holds several, or the deleted neighbours in the
   * array are also neighbours in the text.
   */
  #canMerge(client: number, from: number, to: number): boolean {
    const struct = this.#structAt(client, from);
    if (!(struct instanceof Y.Item)) return true;
    const end = struct.id.clock + struct.length;
    const left = from > 0 && struct.id.clock === from ? this.#structAt(client, from - 1) : null;
    const right = end === to ? this.#structAt(client, to) : null;
    if (to > end || right === undefined) return true;
    const isMerged = left instanceof Y.Item && left.deleted && left.right === struct;
    return isMerged || (right !== null && right.deleted && struct.right === right);
  }

  #isDeleted(client: number, clock: number): boolean {
    const struct = this.#structAt(client, clock);
    return struct === undefined ? this.at(client, clock).contentType === null : struct.deleted;
  }

  #viewOf(item: Y.Item | null): ItemView | null {
    return item === null ? null : this.#partsOf(item)[0]!;
  }

  #read(struct: Struct): ItemView {
    const { client, clock } = struct.id;
    const item = struct instanceof Y.Item ? struct : null;
    const structs = this.#doc.store.clients.get(client)!;
    const view = new ItemView(
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
      view.sequence = null;
      view.contentType = null;
    }
    return view;
  }

  #readFirst(sequence: Sequence): ItemView | null {
    if (sequence.parent.type === null) return null;
    if (sequence.key === null) return this.#viewOf(sequence.parent.type._start);
    let item = sequence.parent.type._map.get(sequence.key) ?? null;
    while (item !== null && item.left !== null) {
      item = item.left;
      sequence.length++;
    }
    return this.#viewOf(item);
  }

  #split(view: ItemView, clock: number): ItemView {
    const rest = new ItemView(
      {
        client: view.client,
        clock,
        length: view.clock + view.length - clock,
        originClient: view.client,
        originClock: clock - 1,
        rightClient: view.rightClient,
        rightClock: view.rightClock,
      },
      view.item,
      view.followers,
    );
    rest.sequence = view.sequence;
    rest.right = view.right;
    rest.contentType = view.contentType;
    const parts = this.#partsAt(view.client, view.clock);
    const index = lastUpTo(parts, view.clock) + 1;
    parts.splice(index, 0, rest);
    this.#shifts += view.followers + parts.length - index;
    view.length -= rest.length;
    view.right = rest;
    return rest;
  }

  #parentOf(type: LiveType): Parent {
    let parent = this.#parents.get(type);
    if (parent === undefined) {
      parent = { type, depth: depthOf(type), sequences: new Map() };
      this.#parents.set(type, parent);
    }
    return parent;
  }
}

export function sequenceIn(parent: Parent, key: string | null): Sequence {
  let sequence = parent.sequences.get(key);
  if (sequence === undefined) {
    sequence = { parent, key, first: undefined, length: 0 };
    parent.sequences.set(key, sequence);
  }
  return sequence;
}

function depthOf(type: LiveType): number {
  let depth = 0;
  for (let item = type._item; item !== null; item = (item.parent as LiveType)._item) depth++;
  return depth;
}

function lastUpTo(views: readonly ItemView[], clock: number): number {
  let low = 0;
  let high = views.length;
  // Most lookups are for the struct added last.
  if (high > 0 && views[high - 1]!.clock <= clock) return high - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (views[middle]!.clock <= clock) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
