import * as Y from 'yjs';
import type { Batch, StoredDocument, StoredRow } from '../stored-document.ts';
import { applyNovel, docOf } from './content.ts';

/** The disk: survives every crash. It also records all content ever committed, for comparison. */
export class JournalModel {
  readonly document = 'document';
  epoch = 'life-1';
  #lives = 1;
  #timelines: string[] = ['timeline-1'];
  #snapshot: Uint8Array | null = null;
  #snapshotOffset = 0;
  #rows: StoredRow[] = [];
  #owners = new Map<number, { readonly user: string; readonly since: number }>();
  #history: Uint8Array[] = [];
  #tail: string | null = null;
  #committed = new Y.Doc();
  #lost = new Y.Doc();
  readonly #earlier = new Map<string, Y.Doc>();

  get timeline(): string {
    return this.#timelines.at(-1) as string;
  }

  get head(): number {
    return this.#history.length;
  }

  get snapshotOffset(): number {
    return this.#snapshotOffset;
  }

  get text(): string {
    return this.#committed.getText('text').toString();
  }

  load(): StoredDocument {
    const { document, epoch } = this;
    const [snapshot, snapshotOffset, rows] = [
      this.#snapshot,
      this.#snapshotOffset,
      [...this.#rows],
    ];
    return {
      document,
      epoch,
      timelines: { current: this.timeline, earlier: this.#timelines.slice(0, -1) },
      kind: 'data',
      snapshot,
      snapshotOffset,
      rows,
      owners: new Map([...this.#owners].map(([client, { user }]) => [client, user])),
      tail: this.#tail,
    };
  }

  commit(batch: Batch): void {
    if (batch.epoch !== this.epoch) throw new Error('a batch of another life');
    const already = this.#history.slice(batch.base);
    if (
      already.length === batch.rows.length &&
      already.every((update, i) => update === batch.rows[i]?.update)
    )
      return;
    if (already.length > 0) throw new Error(`a batch after ${batch.base} at head ${this.head}`);
    if (batch.tail !== this.#tail) throw new Error(`a batch after ${batch.tail} at ${this.#tail}`);
    this.#tail = batch.id;
    for (const row of batch.rows) {
      if (row.offset !== this.head + 1) throw new Error(`row ${row.offset} after ${this.head}`);
      if (!applyNovel(this.#committed, row.update))
        throw new Error(`row ${row.offset} adds nothing`);
      this.#rows.push(row);
      this.#history.push(row.update);
    }
    for (const [client, user] of batch.owners) this.#owners.set(client, { user, since: this.head });
  }

  compact(offset: number): { readonly snapshot: Uint8Array; readonly snapshotOffset: number } {
    this.#snapshot = Y.encodeStateAsUpdate(docOf(this.#history.slice(0, offset)));
    this.#snapshotOffset = offset;
    this.#rows = this.#rows.filter((row) => row.offset > offset);
    return { snapshot: this.#snapshot, snapshotOffset: offset };
  }

  restore(offset: number): void {
    Y.applyUpdate(this.#lost, Y.encodeStateAsUpdate(this.#committed));
    this.#timelines.push(`timeline-${this.#timelines.length + 1}`);
    this.#history = this.#history.slice(0, offset);
    this.#committed = docOf(this.#history);
    this.#rows = this.#history.map((update, index) => ({ offset: index + 1, update }));
    [this.#snapshot, this.#snapshotOffset] = [null, 0];
    for (const [client, { since }] of this.#owners) if (since > offset) this.#owners.delete(client);
  }

  replace(): void {
    this.#earlier.set(this.epoch, this.#committed);
    this.epoch = `life-${++this.#lives}`;
    const doc = new Y.Doc();
    doc.clientID = this.#lives;
    doc.getText('text').insert(0, `[${this.epoch}]`);
    const update = Y.encodeStateAsUpdate(doc);
    this.#committed = docOf([update]);
    this.#history = [update];
    this.#rows = [{ offset: 1, update }];
    this.#owners = new Map();
    this.#lost = new Y.Doc();
    [this.#snapshot, this.#snapshotOffset] = [null, 0];
  }

  holds(update: Uint8Array): boolean {
    return !applyNovel(this.#committed, update);
  }

  everHeld(update: Uint8Array, epoch: string): boolean {
    const earlier = this.#earlier.get(epoch);
    if (earlier !== undefined) return !applyNovel(earlier, update);
    Y.applyUpdate(this.#lost, Y.encodeStateAsUpdate(this.#committed));
    return !applyNovel(this.#lost, update);
  }

  covers(stateVector: Uint8Array): boolean {
    const { store } = this.#committed;
    return [...Y.decodeStateVector(stateVector)].every(
      ([client, clock]) => clock <= Y.getState(store, client),
    );
  }

  isHeldBy(copy: Y.Doc, offset: number): boolean {
    return this.#history.slice(0, offset).every((update) => !applyNovel(copy, update));
  }
}
