import * as Y from 'yjs';
import type { Batch, StoredDocument, StoredRow } from '../stored-document.ts';
import { applyNovel, docOf } from './content.ts';

/** The disk: it outlives every crash. It also knows what was ever committed, to compare with. */
export class JournalModel {
  readonly document = 'document';
  incarnation = 'life-1';
  #lives = 1;
  #snapshot: Uint8Array | null = null;
  #snapshotSeq = 0;
  #rows: StoredRow[] = [];
  #owners = new Map<number, string>();
  /** Every row of this incarnation, compacted or not. */
  #history: Uint8Array[] = [];
  #committed = new Y.Doc();
  readonly #earlier = new Map<string, Y.Doc>();

  get head(): number {
    return this.#history.length;
  }

  get snapshotSeq(): number {
    return this.#snapshotSeq;
  }

  get text(): string {
    return this.#committed.getText('text').toString();
  }

  load(): StoredDocument {
    const { document, incarnation } = this;
    const [snapshot, snapshotSeq, rows] = [this.#snapshot, this.#snapshotSeq, [...this.#rows]];
    return {
      document,
      incarnation,
      kind: 'data',
      snapshot,
      snapshotSeq,
      rows,
      owners: new Map(this.#owners),
    };
  }

  /** One transaction. A batch that is already here was tried before by somebody who did not hear the answer. */
  commit(batch: Batch): void {
    if (batch.incarnation !== this.incarnation) throw new Error('a batch of another life');
    const already = this.#history.slice(batch.base);
    if (
      already.length === batch.rows.length &&
      already.every((update, i) => update === batch.rows[i]?.update)
    )
      return;
    if (already.length > 0) throw new Error(`a batch after ${batch.base} at head ${this.head}`);
    for (const row of batch.rows) {
      if (row.seq !== this.head + 1) throw new Error(`row ${row.seq} after ${this.head}`);
      if (!applyNovel(this.#committed, row.update)) throw new Error(`row ${row.seq} adds nothing`);
      this.#rows.push(row);
      this.#history.push(row.update);
    }
    for (const [client, user] of batch.owners) this.#owners.set(client, user);
  }

  /** Puts a snapshot of rows 1 … `seq` in their place. */
  compact(seq: number): { readonly snapshot: Uint8Array; readonly snapshotSeq: number } {
    this.#snapshot = Y.encodeStateAsUpdate(docOf(this.#history.slice(0, seq)));
    this.#snapshotSeq = seq;
    this.#rows = this.#rows.filter((row) => row.seq > seq);
    return { snapshot: this.#snapshot, snapshotSeq: seq };
  }

  /** The document is replaced, as by a restored backup: other rows under a new incarnation. */
  replace(): void {
    this.#earlier.set(this.incarnation, this.#committed);
    this.incarnation = `life-${++this.#lives}`;
    const doc = new Y.Doc();
    doc.clientID = this.#lives;
    doc.getText('text').insert(0, `[${this.incarnation}]`);
    const update = Y.encodeStateAsUpdate(doc);
    this.#committed = docOf([update]);
    this.#history = [update];
    this.#rows = [{ seq: 1, update }];
    this.#owners = new Map();
    [this.#snapshot, this.#snapshotSeq] = [null, 0];
  }

  /** Whether everything in this update is committed, in this life or that earlier one. */
  holds(update: Uint8Array, incarnation = this.incarnation): boolean {
    return !applyNovel(this.#earlier.get(incarnation) ?? this.#committed, update);
  }

  /** Whether everything that this state vector speaks of is committed. */
  covers(stateVector: Uint8Array): boolean {
    const { store } = this.#committed;
    return [...Y.decodeStateVector(stateVector)].every(
      ([client, clock]) => clock <= Y.getState(store, client),
    );
  }

  /** Whether a copy holds rows 1 … `seq`. */
  isHeldBy(copy: Y.Doc, seq: number): boolean {
    return this.#history.slice(0, seq).every((update) => !applyNovel(copy, update));
  }
}
