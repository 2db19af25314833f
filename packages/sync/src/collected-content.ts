/**
 * The content for people who may not see the history of a document (SY43): without words that were deleted, unless
 * somebody like them had the document open at that time and received them.
 */
import * as Y from 'yjs';
import type { CommittedReplica } from './committed-replica.ts';
import type { Part } from './engine-event.ts';
import { MAX_COLLECTED } from './limits.ts';

interface Collected {
  readonly offset: number;
  readonly update: Uint8Array;
}

const EMPTY = new Uint8Array([0]);

export class CollectedContent {
  readonly #committed: CommittedReplica;
  /** By the state vector of their receivers, because many come back at once after an interruption. */
  readonly #collected = new Map<string, Collected>();
  readonly #readers = new Set<number>();
  /** Since when there have been readers without a pause. */
  #readSince = 0;
  #checked = 0;
  #lastDeletion = 0;

  constructor(committed: CommittedReplica) {
    this.#committed = committed;
  }

  opened(subscription: number): void {
    if (this.#readers.size === 0) this.#readSince = this.#committed.head;
    this.#readers.add(subscription);
  }

  closed(subscription: number): void {
    this.#readers.delete(subscription);
  }

  /** Whether the rows after an offset say no more than the content does. */
  hasAllOf(offset: number): boolean {
    if (this.#readers.size > 0 && offset >= this.#readSince) return true;
    this.#check();
    return offset >= this.#lastDeletion;
  }

  /** @param build the committed content as a document that collects garbage */
  parts(stateVector: Uint8Array | undefined, build: () => Y.Doc): readonly Part[] {
    if (this.hasAllOf(this.#committed.snapshotOffset)) {
      this.#collected.clear();
      return this.#committed.whole(stateVector);
    }
    const key = (stateVector ?? EMPTY).join();
    const known = this.#collected.get(key);
    const tail =
      known !== undefined && this.hasAllOf(known.offset)
        ? this.#committed.tail(known.offset)
        : null;
    if (known !== undefined && tail !== null) return [partOf(known), ...tail];
    const update = Y.encodeStateAsUpdate(build(), stateVector ?? EMPTY);
    const collected = { offset: this.#committed.head, update };
    this.#collected.delete(key);
    this.#collected.set(key, collected);
    if (this.#collected.size > MAX_COLLECTED)
      this.#collected.delete(this.#collected.keys().next().value!);
    return [partOf(collected)];
  }

  /** Each row once, and only while there are readers. */
  #check(): void {
    const from = Math.max(this.#checked, this.#committed.snapshotOffset);
    for (const { offset, update } of this.#committed.rowsAfter(from))
      if (!isPureText(update)) this.#lastDeletion = offset;
    this.#checked = this.#committed.head;
  }
}

function partOf({ offset, update }: Collected): Part {
  return { from: 0, to: offset, updates: [update] };
}

/** Whether an update deletes nothing. An entry of a map deletes the one before it without saying so. */
function isPureText(update: Uint8Array): boolean {
  try {
    const { structs, ds } = Y.decodeUpdate(update);
    return ds.clients.size === 0 && structs.every(isOfText);
  } catch {
    return false;
  }
}

function isOfText(struct: Y.AbstractStruct | Y.Skip): boolean {
  return (
    struct instanceof Y.Item &&
    struct.parentSub === null &&
    (struct.content instanceof Y.ContentString ||
      struct.content instanceof Y.ContentFormat ||
      struct.content instanceof Y.ContentEmbed)
  );
}
