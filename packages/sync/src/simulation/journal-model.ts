import * as Y from 'yjs';
import type { Batch, StoredDocument, StoredRow } from '../stored-document.ts';
import { applyNovel, docOf } from './content.ts';

/** The disk: it outlives every crash. It also knows what was ever committed, to compare with. */
export class JournalModel {
  readonly document = 'document';
  incarnation = 'life-1';
  #lives = 1;
  #timelines: string[] = ['timeline-1'];
  #snapshot: Uint8Array | null = null;
  #snapshotSeq = 0;
  #rows: StoredRow[] = [];
  #owners = new Map<number, { readonly user: string; readonly since: number }>();
  /** Every row of this incarnation, compacted or not. */
  #history: Uint8Array[] = [];
  #committed = new Y.Doc();
  /** What a restore took away was committed once. */
  #lost = new Y.Doc();
  readonly #earlier = new Map<string, Y.Doc>();

  get timeline(): string {
    return this.#timelines.at(-1) as string;
  }

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
      timelines: { current: this.timeline, earlier: this.#timelines.slice(0, -1) },
      kind: 'data',
      snapshot,
      snapshotSeq,
      rows,
      owners: new Map([...this.#owners].map(([client, { user }]) => [client, user])),
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
    for (const [client, user] of batch.owners) this.#owners.set(client, { user, since: this.head });
  }

  /** Puts a snapshot of rows 1 … `seq` in their place. */
  compact(seq: number): { readonly snapshot: Uint8Array; readonly snapshotSeq: number } {
    this.#snapshot = Y.encodeStateAsUpdate(docOf(this.#history.slice(0, seq)));
    this.#snapshotSeq = seq;
    this.#rows = this.#rows.filter((row) => row.seq > seq);
    return { snapshot: this.#snapshot, snapshotSeq: seq };
  }

  /** An older copy of the disk takes its place, and begins another timeline. */
  restore(seq: number): void {
    Y.applyUpdate(this.#lost, Y.encodeStateAsUpdate(this.#committed));
    this.#timelines.push(`timeline-${this.#timelines.length + 1}`);
    this.#history = this.#history.slice(0, seq);
    this.#committed = docOf(this.#history);
    this.#rows = this.#history.map((update, index) => ({ seq: index + 1, update }));
    [this.#snapshot, this.#snapshotSeq] = [null, 0];
    for (const [client, { since }] of this.#owners) if (since > seq) this.#owners.delete(client);
  }

  /** The document is replaced by another: other rows under a new incarnation. */
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
    this.#lost = new Y.Doc();
    [this.#snapshot, this.#snapshotSeq] = [null, 0];
  }

  /** Whether everything in this update is committed. */
  holds(update: Uint8Array): boolean {
    return !applyNovel(this.#committed, update);
  }

  /** Whether everything in this update was committed once, in that life. */
  everHeld(update: Uint8Array, incarnation: string): boolean {
    const earlier = this.#earlier.get(incarnation);
    if (earlier !== undefined) return !applyNovel(earlier, update);
    Y.applyUpdate(this.#lost, Y.encodeStateAsUpdate(this.#committed));
    return !applyNovel(this.#lost, update);
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
