/**
 * Simulates the integration of an update, in Yjs's order and with Yjs's conflict resolution, over an
 * overlay that leaves the document unchanged. An update that passed the scan can still do harm in
 * seven ways, which Yjs notices too late or never:
 *
 * - `cyclic`: structs that wait for each other stay pending permanently.
 * - `origins-not-adjacent`: an origin and a right origin that never were neighbours. Replicas that
 *   receive such items in another order, or load them later, show them in another order. The same
 *   holds when one origin was deleted with its parent: Yjs turns the item into garbage, but keeps it
 *   as an item on replicas that have not collected garbage yet.
 * - `wrong-parent`: a parent that is no type, or a continued struct that jumps to another place.
 * - `undeleted-entry`: a value of several elements under one map key. On deletion Yjs considers only
 *   the last element, and fails when the parent is deleted. Clients without garbage collection write
 *   such entries, but only deleted ones.
 * - `nested`: types nested deeper than recursion allows.
 * - `conflict-walk-too-long`: a conflict resolution of too many steps.
 * - `too-many-splits`: too many splits in a long document.
 *
 * Adjacent origins. A correct client inserts its item between two neighbours, a and b. It knew b's
 * origin and a's right origin, so neither of them lies between a and b, whatever concurrent work
 * arrived since. That is the whole check. Random histories that satisfy it converge in every order;
 * about one in two hundred of the others does not. No walk is needed where a's right origin is b, or
 * b's origin is a: earlier checks cover the rest. One author's items always satisfy one of the two
 * unless another author's items are neighbours; each such place costs one walk from a to b. (`redo`
 * into a restored parent leaves the author's own items in between, so a rule "nothing the author knew
 * lies between" would refuse correct updates.)
 *
 * Conflict walks. Yjs walks over the items between an origin and a right origin that are no longer
 * neighbours. Typing costs one step a run. The expensive case is m items, each inserted before the
 * previous one, where other clients inserted n: n·m steps, here and on each load. Offline work does
 * that, so the limit allows 1,000 by 1,000; a refused update stays on its author's device. Attacks
 * need the same shape, because the cheap shape (equal origins, right origins along a text) fails the
 * adjacency check at its second item. One update may walk `WALK.maxSteps`, and the dry run reports
 * its steps.
 *
 * Splits. Yjs keeps a client's structs in one array, and a split moves all structs that follow:
 * deleting every other character of a 40,000-character text before 300,000 structs is an update of
 * 70 KB and took 26 s. Replacing a word at 500 places of that document passes and takes half a second.
 */

import * as Y from 'yjs';
import { CONTENT, WALK } from './limits.ts';
import type { IncomingStruct, ScannedUpdate } from './scan.ts';
import { ItemView, StructStoreOverlay, sequenceIn, type Sequence } from './struct-store-overlay.ts';

export type DryRunFault =
  | 'cyclic'
  | 'origins-not-adjacent'
  | 'wrong-parent'
  | 'undeleted-entry'
  | 'nested'
  | 'conflict-walk-too-long'
  | 'too-many-splits';

export type IntegrationDryRun =
  | { readonly kind: 'fits'; readonly steps: number }
  | { readonly kind: 'unfit'; readonly reason: DryRunFault };

export function dryRunIntegration(doc: Y.Doc, update: ScannedUpdate): IntegrationDryRun {
  return new DryRun(doc, update).run();
}

interface Queue {
  readonly incomingStructs: IncomingStruct[];
  next: number;
  clock: number;
}

class DryRun {
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
    const steps = this.#steps + Math.floor(this.#overlay.shifts / WALK.shiftsPerStep);
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
        const dependency = this.#firstDependency(incoming);
        if (dependency === null) {
          waiting.pop();
          const fault = this.#integrate(incoming);
          if (fault !== null) return fault;
        } else {
          const next = dependency.incomingStructs[dependency.next++];
          if (next === undefined || next.clock > dependency.clock) return 'cyclic';
          waiting.push(next);
        }
      }
    }
    return null;
  }

  #firstDependency(incoming: IncomingStruct): Queue | null {
    return (
      this.#queueLacking(incoming, incoming.originClient, incoming.originClock) ??
      this.#queueLacking(incoming, incoming.rightClient, incoming.rightClock) ??
      this.#queueLacking(incoming, incoming.parentClient, incoming.parentClock)
    );
  }

  #queueLacking(incoming: IncomingStruct, client: number, clock: number): Queue | null {
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
      // The document has this struct already: Yjs only splits the structs it refers to.
      this.#overlay.cut(incoming.originClient, incoming.originClock + 1);
      this.#overlay.cut(incoming.rightClient, incoming.rightClock);
    }
    return fault ?? (this.#overlay.shifts > WALK.maxShifts ? 'too-many-splits' : null);
  }

  #delete(): DryRunFault | null {
    for (const [client, from, to] of this.#update.deletes) {
      this.#overlay.delete(client, from, to);
      if (this.#overlay.shifts > WALK.maxShifts) return 'too-many-splits';
    }
    return null;
  }

  #place(incoming: IncomingStruct, from: number): DryRunFault | null {
    const overlay = this.#overlay;
    const { originClient, originClock, rightClient, rightClock } = incoming;
    let left = originClock < 0 ? null : overlay.endingAt(originClient, originClock);
    const right = rightClock < 0 ? null : overlay.startingAt(rightClient, rightClock);
    // When both origins lie in one struct, Yjs's split at the right origin detaches the left one.
    if (left !== null && left.clock + left.length <= originClock) return 'origins-not-adjacent';
    const sequence = this.#sequenceFor(incoming, left, right);
    if (sequence === undefined) return 'wrong-parent';
    const continued = from > incoming.clock;
    if (continued) left = overlay.endingAt(incoming.client, from - 1);
    const view = new ItemView(
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
    view.sequence = sequence;
    if (sequence === null) {
      // One origin is garbage and the other is not: replicas that have not collected it keep an item.
      const isItem = (neighbour: ItemView) => overlay.sequenceOf(neighbour) !== null;
      if (left !== null && right !== null && isItem(left) !== isItem(right))
        return 'origins-not-adjacent';
      view.contentType = null;
      overlay.add(view, null);
      return null;
    }
    if (left !== null && overlay.sequenceOf(left) !== sequence)
      return continued ? 'wrong-parent' : 'origins-not-adjacent';
    if (right !== null && overlay.sequenceOf(right) !== sequence) return 'origins-not-adjacent';
    const fault = this.#setContent(view, incoming, sequence);
    if (fault !== null) return fault;
    if (!this.#wereAdjacent(view, left, right))
      return this.#isExhausted(0) ? 'conflict-walk-too-long' : 'origins-not-adjacent';
    return this.#walk(view, { sequence, left, right });
  }

  /** Null when the parent was deleted, so that Yjs keeps garbage; `undefined` for an invalid parent. */
  #sequenceFor(
    incoming: IncomingStruct,
    left: ItemView | null,
    right: ItemView | null,
  ): Sequence | null | undefined {
    if (incoming.root !== null) return sequenceIn(this.#overlay.root(incoming.root), incoming.key);
    if (incoming.parentClock >= 0) {
      const view = this.#overlay.at(incoming.parentClient, incoming.parentClock);
      const parent = this.#overlay.typeAt(view);
      return parent ? sequenceIn(parent, incoming.key) : parent;
    }
    const leftSequence = left === null ? undefined : this.#overlay.sequenceOf(left);
    const rightSequence = right === null ? undefined : this.#overlay.sequenceOf(right);
    if (leftSequence === null || rightSequence === null) return null;
    return leftSequence ?? rightSequence ?? null;
  }

  #setContent(view: ItemView, incoming: IncomingStruct, sequence: Sequence): DryRunFault | null {
    switch (incoming.kind) {
      case 'garbage':
      case 'tombstone':
        view.contentType = null;
        return null;
      case 'type': {
        const depth = sequence.parent.depth + 1;
        view.contentType = { type: null, depth, sequences: new Map() };
        return depth > CONTENT.maxTypeDepth ? 'nested' : null;
      }
      case 'value': {
        if (sequence.key === null || view.length === 1) return null;
        const end = view.clock + view.length;
        return this.#update.deletes.cover(view.client, view.clock, end) ? null : 'undeleted-entry';
      }
    }
  }

  #walk(
    view: ItemView,
    {
      sequence,
      left,
      right,
    }: { sequence: Sequence; left: ItemView | null; right: ItemView | null },
  ): DryRunFault | null {
    const overlay = this.#overlay;
    let other = left === null ? overlay.first(sequence) : overlay.next(left);
    // Yjs walks from a key's last entry to its first.
    if (left === null && sequence.key !== null && this.#isExhausted(sequence.length))
      return 'conflict-walk-too-long';
    const walk = ++this.#marks;
    let stretch = walk;
    for (; other !== null && other !== right; other = overlay.next(other)) {
      if (this.#isExhausted(1)) return 'conflict-walk-too-long';
      other.walk = walk;
      other.stretch = stretch;
      if (other.originClient === view.originClient && other.originClock === view.originClock) {
        if (other.client < view.client) {
          left = other;
          stretch = ++this.#marks;
        } else if (other.rightClient === view.rightClient && other.rightClock === view.rightClock) {
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
    overlay.add(view, left);
    return null;
  }

  #wereAdjacent(view: ItemView, left: ItemView | null, right: ItemView | null): boolean {
    if (left === null) return right === null || right.originClock < 0;
    if (right === null) return left.rightClock < 0;
    const continues = left.rightClient === view.rightClient && left.rightClock === view.rightClock;
    const precedes =
      right.originClient === view.originClient && right.originClock === view.originClock;
    if (continues || precedes) return true;
    for (let other = this.#overlay.next(left); other !== right; other = this.#overlay.next(other)) {
      if (other === null || this.#isExhausted(1)) return false;
      if (contains(other, right.originClient, right.originClock)) return false;
      if (contains(other, left.rightClient, left.rightClock)) return false;
    }
    return true;
  }

  #isExhausted(steps: number): boolean {
    this.#steps += steps;
    return this.#steps > WALK.maxSteps;
  }
}

function contains(view: ItemView, client: number, clock: number): boolean {
  return view.client === client && clock >= view.clock && clock < view.clock + view.length;
}
