/**
 * The journal's content of one document: a snapshot and later rows, as bytes. All outgoing content
 * is built from here, so no uncommitted content can leave the server.
 */
import * as Y from 'yjs';
import type { Part } from './engine-event.ts';
import { MAX_ROWS_MESSAGE_BYTES } from './limits.ts';
import { isStateVector } from './update-content.ts';
import { DamagedDocument, type StoredDocument, type StoredRow } from './stored-document.ts';

export type StateVector = ReadonlyMap<number, number>;

export class CommittedReplica {
  readonly document: string;
  readonly epoch: string;
  #snapshot: Uint8Array | null;
  #snapshotOffset: number;
  #rows: StoredRow[];
  #rowBytes = 0;
  readonly #clocks = new Map<number, number>();

  /** @throws DamagedDocument when a row is missing. */
  constructor(stored: StoredDocument) {
    this.document = stored.document;
    this.epoch = stored.epoch;
    this.#snapshot = stored.snapshot;
    this.#snapshotOffset = stored.snapshotOffset;
    this.#rows = [...stored.rows];
    if ((stored.snapshot === null) !== (stored.snapshotOffset === 0)) {
      throw new DamagedDocument(
        stored.document,
        `no snapshot for position ${stored.snapshotOffset}`,
      );
    }
    stored.rows.forEach((row, index) => {
      const expected = stored.snapshotOffset + index + 1;
      if (row.offset !== expected)
        throw new DamagedDocument(stored.document, `row ${expected} is missing`);
      this.#rowBytes += row.update.byteLength;
    });
  }

  get head(): number {
    return this.#snapshotOffset + this.#rows.length;
  }

  get snapshotOffset(): number {
    return this.#snapshotOffset;
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  get rowBytes(): number {
    return this.#rowBytes;
  }

  get bytes(): number {
    return (this.#snapshot?.byteLength ?? 0) + this.#rowBytes;
  }

  get stateVector(): Uint8Array {
    return Y.encodeStateVector(this.#clocks);
  }

  /** @param clocks the state of each client whose structs are new with this row. */
  append(row: StoredRow, clocks: StateVector): void {
    this.#rows.push(row);
    this.#rowBytes += row.update.byteLength;
    for (const [client, clock] of clocks) this.#clocks.set(client, clock);
  }

  /** Ignores a snapshot that is not newer than the current one, or is ahead of the head. */
  compact(snapshot: Uint8Array, snapshotOffset: number): void {
    if (snapshotOffset <= this.#snapshotOffset || snapshotOffset > this.head) return;
    for (const row of this.#rows.splice(0, snapshotOffset - this.#snapshotOffset))
      this.#rowBytes -= row.update.byteLength;
    this.#snapshot = snapshot;
    this.#snapshotOffset = snapshotOffset;
  }

  /**
   * Builds a document of the committed content plus `queued`.
   *
   * @throws DamagedDocument when an update cannot be applied, or refers to missing content.
   */
  build(options: {
    readonly gc: boolean;
    readonly prepare?: (doc: Y.Doc) => void;
    readonly queued?: readonly Uint8Array[];
  }): Y.Doc {
    const doc = new Y.Doc({ gc: options.gc });
    options.prepare?.(doc);
    try {
      doc.transact(() => {
        if (this.#snapshot !== null) Y.applyUpdate(doc, this.#snapshot);
        for (const row of this.#rows) Y.applyUpdate(doc, row.update);
        for (const update of options.queued ?? []) Y.applyUpdate(doc, update);
      });
    } catch (error) {
      throw new DamagedDocument(
        this.document,
        error instanceof Error ? error.message : 'cannot be applied',
      );
    }
    if (isIncomplete(doc))
      throw new DamagedDocument(this.document, 'refers to content that is not there');
    return doc;
  }

  adoptClocks(doc: Y.Doc): void {
    for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVector(doc)))
      this.#clocks.set(client, clock);
  }

  /** Whether it has all structs of a state vector, but for those of one client. */
  covers(stateVector: Uint8Array, except: number | undefined): boolean {
    if (!isStateVector(stateVector)) return true;
    return [...Y.decodeStateVector(stateVector)].every(
      ([client, clock]) => client === except || clock <= (this.#clocks.get(client) ?? 0),
    );
  }

  /** Those that no snapshot has replaced. */
  rowsAfter(offset: number): readonly StoredRow[] {
    return this.#rows.slice(Math.max(0, offset - this.#snapshotOffset));
  }

  tail(from: number): readonly Part[] | null {
    if (from < this.#snapshotOffset || from > this.head) return null;
    return split(this.#rows.slice(from - this.#snapshotOffset), from);
  }

  /** Whether a replica with this state vector holds all structs of rows 1 … `offset`. */
  isBufferedUntil(offset: number, stateVector: Uint8Array): boolean {
    const held = Y.decodeStateVector(stateVector);
    const since = new Map<number, number>();
    for (const { update } of this.#rows.slice(offset - this.#snapshotOffset)) {
      for (const [client, clock] of Y.parseUpdateMeta(update).from)
        if (!since.has(client)) since.set(client, clock);
    }
    for (const [client, clock] of this.#clocks)
      if ((held.get(client) ?? 0) < (since.get(client) ?? clock)) return false;
    return true;
  }

  /** All content, from 0. A state vector reduces the snapshot to what the vector lacks. */
  whole(stateVector?: Uint8Array): readonly Part[] {
    const rows = split(this.#rows, this.#snapshotOffset);
    if (this.#snapshot === null) return rows;
    const snapshot =
      stateVector === undefined ? this.#snapshot : Y.diffUpdate(this.#snapshot, stateVector);
    return [{ from: 0, to: this.#snapshotOffset, updates: [snapshot] }, ...rows];
  }
}

export function isIncomplete(doc: Y.Doc): boolean {
  return doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
}

function split(rows: readonly StoredRow[], from: number): Part[] {
  const parts: Part[] = [];
  let updates: Uint8Array[] = [];
  let bytes = 0;
  let start = from;
  for (const { offset, update } of rows) {
    updates.push(update);
    bytes += update.byteLength;
    if (bytes < MAX_ROWS_MESSAGE_BYTES && offset !== rows.at(-1)?.offset) continue;
    parts.push({ from: start, to: offset, updates });
    [updates, bytes, start] = [[], 0, offset];
  }
  return parts;
}
