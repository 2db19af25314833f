/**
 * Goes through the integration of an update before Yjs does, in the order of Yjs and with its
 * conflict resolution, over a seating that leaves the document as it is. An update that passed the
 * scan can still hurt in seven ways, all of which Yjs notices too late or never:
 *
 * - `cyclic`: structs that wait for each other stay pending for ever.
 * - `crossed`: an origin and a right origin that never were neighbours. Replicas that receive such
 *   items in another order, or load them later, show them in another order. Also where one of them is
 *   gone with its parent: Yjs makes garbage of the item, and an item of it where nothing is collected yet.
 * - `misplaced`: a parent that is no type, or a continued struct that jumps to another place.
 * - `undeleted-entry`: a value of several elements under one key. Yjs keeps only the last in view of
 *   deletion, and fails when the parent goes. Clients without garbage collection write such entries,
 *   but only deleted ones.
 * - `nested`: types deeper than recursion bears.
 * - `entangled`: too long a walk.
 * - `scattered`: too many splits in a long document.
 *
 * Crossed. An honest author put its item between neighbours, a and b. It knew where b came from and
 * what a was put before, since it knew both: so neither b's origin nor a's right origin is between
 * them, whatever concurrent work came in since. That is the whole check, and random histories that
 * satisfy it converge in every order, while one in some two hundred of the others does not. It takes no walk
 * where a's right origin is b, or b's origin is a: what was checked then covers the rest. In what one
 * author writes at least one holds, unless other people's items are its neighbours; then the walk
 * from a to b is once for each such place. (`redo` into a restored parent leaves own items between,
 * so "nothing that the author knew may be between" would refuse honest work.)
 *
 * Entangled. Where an item's origin and right origin are no longer neighbours, Yjs walks over what
 * came between. Typing costs one step a run. Long is: m items, each put before the last, where others
 * put n, which is n·m steps, here and again wherever the document is loaded. That happens offline, so
 * the limit lets 1,000 and 1,000 through; refused, it stays with its author. Attacks use the same
 * shape, since the cheap one (equal origins, right origins along a text) is crossed at its second
 * item. So one update walks at most `MAX_WALK_STEPS`, and its steps are reported to be charged.
 *
 * Scattered. The structs of a client are one array, and splitting one moves all that follow: deleting
 * every other character of a text of 40,000 before 300,000 structs is 70 KB and took 26 s.
 * Replacing a word at 500 places of that document passes and takes half a second.
 */

import * as Y from 'yjs';
import { MAX_SHIFTS, MAX_TYPE_DEPTH, MAX_WALK_STEPS, SHIFTS_PER_STEP } from './limits.ts';
import type { IncomingStruct, ScannedUpdate } from './scan.ts';
import { Seat, StructStoreOverlay, rowIn, type Row } from './struct-store-overlay.ts';

export type DryRunFault =
  | 'cyclic'
  | 'origins-not-adjacent'
  | 'wrong-parent'
  | 'undeleted-entry'
  | 'nested'
  | 'conflict-walk-too-long'
  | 'too-many-splits';

export type IntegrationDryRun =
  /** `steps` is what walks and shifts cost, to be charged to whoever sent the update. */
  | { readonly kind: 'fits'; readonly steps: number }
  | { readonly kind: 'unfit'; readonly reason: DryRunFault };

/** @param update as scanned against this very document. */
export function dryRunIntegration(doc: Y.Doc, update: ScannedUpdate): IntegrationDryRun {
  return new DryRunning(doc, update).run();
}

/** The arrivals of one client, integrated up to `clock`. */
interface Queue {
  readonly incomingStructs: IncomingStruct[];
  next: number;
  clock: number;
}

class DryRunning {
  readonly #doc: Y.Doc;
  readonly #update: ScannedUpdate;
  readonly #overlay: StructStoreOverlay;
  readonly #queues = new Map<number, Queue>();
  #steps = 0;
  #marks = 0;

  constructor(doc: Y.Doc, update: ScannedUpdate) {
    this.#doc = doc;
    this.#update = update;
    this.#overlay = new StructStoreOverlay(doc);
  }

  run(): IntegrationDryRun {
    for (const incoming of this.#update.incomingStructs)
      this.#queueOf(incoming.client).incomingStructs.push(incoming);
    const clients = [...this.#queues.keys()].toSorted((a, b) => b - a);
    for (const client of clients) {
      const fault = this.#integrateAll(this.#queues.get(client)!);
      if (fault !== null) return { kind: 'unfit', reason: fault };
    }
    const fault = this.#delete();
    if (fault !== null) return { kind: 'unfit', reason: fault };
    const steps = this.#steps + Math.floor(this.#overlay.shifts / SHIFTS_PER_STEP);
    return { kind: 'fits', steps };
  }

  #queueOf(client: number): Queue {
    let queue = this.#queues.get(client);
    if (queue === undefined) {
      queue = { incomingStructs: [], next: 0, clock: Y.getState(this.#doc.store, client) };
      this.#queues.set(client, queue);
    }
    return queue;
  }

  #integrateAll(queue: Queue): DryRunFault | null {
    while (queue.next < queue.incomingStructs.length) {
      const waiting = [queue.incomingStructs[queue.next++]!];
      for (let incoming = waiting.at(-1); incoming !== undefined; incoming = waiting.at(-1)) {
        const needed = this.#firstNeeded(incoming);
        if (needed === null) {
          waiting.pop();
          const fault = this.#integrate(incoming);
          if (fault !== null) return fault;
        } else {
          const next = needed.incomingStructs[needed.next++];
          if (next === undefined || next.clock > needed.clock) return 'cyclic';
          waiting.push(next);
        }
      }
    }
    return null;
  }

  /** The queue that must move on before this struct can be integrated. */
  #firstNeeded(incoming: IncomingStruct): Queue | null {
    return (
      this.#lacking(incoming, incoming.originClient, incoming.originClock) ??
      this.#lacking(incoming, incoming.rightClient, incoming.rightClock) ??
      this.#lacking(incoming, incoming.parentClient, incoming.parentClock)
    );
  }

  #lacking(incoming: IncomingStruct, client: number, clock: number): Queue | null {
    if (clock < 0 || client === incoming.client) return null;
    const queue = this.#queues.get(client);
    return queue !== undefined && clock >= queue.clock ? queue : null;
  }

  #integrate(incoming: IncomingStruct): DryRunFault | null {
    const queue = this.#queueOf(incoming.client);
    const end = incoming.clock + incoming.length;
    let fault: DryRunFault | null = null;
    if (end > queue.clock) {
      fault = this.#place(incoming, queue.clock);
      queue.clock = end;
    } else {
      // Known, so that Yjs only splits what it names.
      this.#overlay.cut(incoming.originClient, incoming.originClock + 1);
      this.#overlay.cut(incoming.rightClient, incoming.rightClock);
    }
    return fault ?? (this.#overlay.shifts > MAX_SHIFTS ? 'too-many-splits' : null);
  }

  #delete(): DryRunFault | null {
    for (const [client, from, to] of this.#update.deletes) {
      this.#overlay.delete(client, from, to);
      if (this.#overlay.shifts > MAX_SHIFTS) return 'too-many-splits';
    }
    return null;
  }

  /** @param from the first clock of the struct that the document lacks. */
  #place(incoming: IncomingStruct, from: number): DryRunFault | null {
    const overlay = this.#overlay;
    const { originClient, originClock, rightClient, rightClock } = incoming;
    let left = originClock < 0 ? null : overlay.endingAt(originClient, originClock);
    const right = rightClock < 0 ? null : overlay.startingAt(rightClient, rightClock);
    // Inside one struct, Yjs cuts the origin off its own item when it cuts out the right origin.
    if (left !== null && left.clock + left.length <= originClock) return 'origins-not-adjacent';
    const row = this.#rowFor(incoming, left, right);
    if (row === undefined) return 'wrong-parent';
    const continued = from > incoming.clock;
    if (continued) left = overlay.endingAt(incoming.client, from - 1);
    const seat = new Seat(
      {
        client: incoming.client,
        clock: from,
        length: incoming.clock + incoming.length - from,
        originClient: continued ? incoming.client : originClient,
        originClock: continued ? from - 1 : originClock,
        rightClient,
        rightClock,
      },
      null,
      0,
    );
    seat.row = row;
    if (row === null) {
      // One of them is gone and the other is not. Where nothing is collected yet, Yjs keeps an item.
      const isThere = (neighbour: Seat) => overlay.rowOf(neighbour) !== null;
      if (left !== null && right !== null && isThere(left) !== isThere(right))
        return 'origins-not-adjacent';
      seat.holder = null;
      overlay.add(seat, null);
      return null;
    }
    if (left !== null && overlay.rowOf(left) !== row)
      return continued ? 'wrong-parent' : 'origins-not-adjacent';
    if (right !== null && overlay.rowOf(right) !== row) return 'origins-not-adjacent';
    const fault = this.#fill(seat, incoming, row);
    if (fault !== null) return fault;
    if (!this.#haveMet(seat, left, right))
      return this.#isExhausted(0) ? 'conflict-walk-too-long' : 'origins-not-adjacent';
    return this.#walk(seat, { row, left, right });
  }

  /** Null when what it belongs to is gone, so that Yjs keeps garbage; `undefined` when nothing fits. */
  #rowFor(incoming: IncomingStruct, left: Seat | null, right: Seat | null): Row | null | undefined {
    if (incoming.root !== null) return rowIn(this.#overlay.root(incoming.root), incoming.key);
    if (incoming.parentClock >= 0) {
      const parent = this.#overlay.at(incoming.parentClient, incoming.parentClock);
      const holder = this.#overlay.holderAt(parent);
      return holder ? rowIn(holder, incoming.key) : holder;
    }
    const leftRow = left === null ? undefined : this.#overlay.rowOf(left);
    const rightRow = right === null ? undefined : this.#overlay.rowOf(right);
    if (leftRow === null || rightRow === null) return null;
    return leftRow ?? rightRow ?? null;
  }

  #fill(seat: Seat, incoming: IncomingStruct, row: Row): DryRunFault | null {
    switch (incoming.kind) {
      case 'garbage':
      case 'tombstone':
        seat.holder = null;
        return null;
      case 'type': {
        const depth = row.holder.depth + 1;
        seat.holder = { type: null, depth, rows: new Map() };
        return depth > MAX_TYPE_DEPTH ? 'nested' : null;
      }
      case 'value': {
        if (row.key === null || seat.length === 1) return null;
        const end = seat.clock + seat.length;
        return this.#update.deletes.cover(seat.client, seat.clock, end) ? null : 'undeleted-entry';
      }
    }
  }

  /** Finds the place of a new seat, as `Item.integrate` does. */
  #walk(
    seat: Seat,
    { row, left, right }: { row: Row; left: Seat | null; right: Seat | null },
  ): DryRunFault | null {
    const overlay = this.#overlay;
    let other = left === null ? overlay.first(row) : overlay.next(left);
    // Yjs finds the first entry of a key from its last.
    if (left === null && row.key !== null && this.#isExhausted(row.length))
      return 'conflict-walk-too-long';
    const walk = ++this.#marks;
    let stretch = walk;
    for (; other !== null && other !== right; other = overlay.next(other)) {
      if (this.#isExhausted(1)) return 'conflict-walk-too-long';
      other.walk = walk;
      other.stretch = stretch;
      if (other.originClient === seat.originClient && other.originClock === seat.originClock) {
        if (other.client < seat.client) {
          left = other;
          stretch = ++this.#marks;
        } else if (other.rightClient === seat.rightClient && other.rightClock === seat.rightClock) {
          break;
        }
      } else if (other.originClock >= 0) {
        const before = overlay.at(other.originClient, other.originClock);
        if (before.walk !== walk) break;
        if (before.stretch !== stretch) {
          left = other;
          stretch = ++this.#marks;
        }
      } else {
        break;
      }
    }
    overlay.add(seat, left);
    return null;
  }

  /** Whether the origin and the right origin can have been neighbours, see the top of this file. */
  #haveMet(seat: Seat, left: Seat | null, right: Seat | null): boolean {
    if (left === null) return right === null || right.originClock < 0;
    if (right === null) return left.rightClock < 0;
    const continues = left.rightClient === seat.rightClient && left.rightClock === seat.rightClock;
    const precedes =
      right.originClient === seat.originClient && right.originClock === seat.originClock;
    if (continues || precedes) return true;
    for (let other = this.#overlay.next(left); other !== right; other = this.#overlay.next(other)) {
      if (other === null || this.#isExhausted(1)) return false;
      if (holds(other, right.originClient, right.originClock)) return false;
      if (holds(other, left.rightClient, left.rightClock)) return false;
    }
    return true;
  }

  #isExhausted(steps: number): boolean {
    this.#steps += steps;
    return this.#steps > MAX_WALK_STEPS;
  }
}

function holds(seat: Seat, client: number, clock: number): boolean {
  return seat.client === client && clock >= seat.clock && clock < seat.clock + seat.length;
}
