import * as Y from 'yjs';
import type { FollowPosition } from '../journal-follower.ts';
import type { Batch, LaterRows, StoredDocument } from '../stored-document.ts';
import { applyNovel, docOf, textOf } from './content.ts';

interface JournalRow {
  readonly offset: number;
  readonly update: Uint8Array;
  readonly user: string;
  readonly batch: string | null;
}

/** The disk: survives every crash. It also records all content ever committed, for comparison. */
export class JournalModel {
  readonly document = 'document';
  epoch = 'life-1';
  #lives = 1;
  #timelines = [{ id: 'timeline-1', since: 0 }];
  #restores = 0;
  #snapshot: Uint8Array | null = null;
  #snapshotOffset = 0;
  #rows: JournalRow[] = [];
  #owners = new Map<number, { readonly user: string; readonly since: number }>();
  #history: JournalRow[] = [];
  #tail: string | null = null;
  #committed = new Y.Doc();
  #lost = new Y.Doc();
  readonly #earlier = new Map<string, Y.Doc>();

  get timeline(): string {
    return this.#timelines.at(-1)?.id as string;
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
      this.#rows.map(({ offset, update }) => ({ offset, update })),
    ];
    return {
      document,
      epoch,
      timelines: {
        current: this.timeline,
        earlier: this.#timelines.slice(0, -1).map(({ id }) => id),
      },
      kind: 'data',
      snapshot,
      snapshotOffset,
      rows,
      owners: new Map([...this.#owners].map(([client, { user }]) => [client, user])),
      tail: this.#tail,
    };
  }

  append(batch: Batch): 'committed' | 'conflict' {
    if (batch.epoch !== this.epoch) return 'conflict';
    if (this.#history.some((row) => row.batch === batch.id)) return 'committed';
    if (batch.base !== this.head || batch.tail !== this.#tail) return 'conflict';
    this.#tail = batch.id;
    for (const { offset, update, user } of batch.rows) {
      if (offset !== this.head + 1) throw new Error(`row ${offset} after ${this.head}`);
      // Two servers may both have a deletion (CL6).
      if (!applyNovel(this.#committed, update) && Y.parseUpdateMeta(update).to.size > 0)
        throw new Error(`row ${offset} adds nothing`);
      const row = { offset, update, user, batch: batch.id };
      this.#rows.push(row);
      this.#history.push(row);
    }
    for (const [client, user] of batch.owners) {
      const owner = this.#owners.get(client)?.user ?? user;
      if (owner !== user) throw new Error(`${client} is of ${owner}, and is claimed by ${user}`);
      this.#owners.set(client, { user, since: this.head });
    }
    return 'committed';
  }

  readLater({ epoch, offset, tail }: FollowPosition): LaterRows | null {
    if (epoch !== this.epoch || offset > this.head || offset < this.#snapshotOffset) return null;
    const isLast = offset === this.head;
    const known = isLast
      ? this.#tail
      : (this.#rows.find((row) => row.offset === offset)?.batch ?? null);
    if (known !== tail) return null;
    return {
      base: offset,
      rows: this.#rows.filter((row) => row.offset > offset),
      owners: new Map([...this.#owners].map(([client, { user }]) => [client, user])),
      tail: this.#tail,
    };
  }

  /** Whether these are the rows after an offset. */
  hasRows(from: number, updates: readonly Uint8Array[]): boolean {
    return updates.every((update, i) => {
      const row = this.#history[from + i];
      return row !== undefined && isEqual(row.update, update);
    });
  }

  get isRestored(): boolean {
    return this.#timelines.length > 1;
  }

  compact(offset: number): { readonly snapshot: Uint8Array; readonly snapshotOffset: number } {
    this.#snapshot = Y.encodeStateAsUpdate(docOf(this.#updates(offset)));
    this.#snapshotOffset = offset;
    this.#rows = this.#rows.filter((row) => row.offset > offset);
    return { snapshot: this.#snapshot, snapshotOffset: offset };
  }

  /** The copy may be older than an earlier restore, and then does not know its timeline. */
  restore(offset: number): void {
    Y.applyUpdate(this.#lost, Y.encodeStateAsUpdate(this.#committed));
    const known = this.#timelines.filter(({ since }) => since <= offset);
    this.#timelines = [...known, { id: `timeline-${++this.#restores + 1}`, since: offset }];
    this.#history = this.#history.slice(0, offset);
    this.#committed = docOf(this.#updates(offset));
    this.#rows = [...this.#history];
    this.#tail = this.#history.at(-1)?.batch ?? null;
    [this.#snapshot, this.#snapshotOffset] = [null, 0];
    for (const [client, { since }] of this.#owners) if (since > offset) this.#owners.delete(client);
  }

  replace(): void {
    Y.applyUpdate(this.#lost, Y.encodeStateAsUpdate(this.#committed));
    this.#earlier.set(this.epoch, this.#lost);
    this.epoch = `life-${++this.#lives}`;
    const doc = new Y.Doc();
    doc.clientID = this.#lives;
    doc.getText('text').insert(0, `[${this.epoch}]`);
    const update = Y.encodeStateAsUpdate(doc);
    this.#committed = docOf([update]);
    this.#history = [{ offset: 1, update, user: 'nobody', batch: null }];
    this.#rows = [...this.#history];
    this.#tail = null;
    this.#owners = new Map();
    this.#lost = new Y.Doc();
    [this.#snapshot, this.#snapshotOffset] = [null, 0];
  }

  /** The text when a compaction first replaces the rows up to an offset. */
  replay(offset: number): string {
    const snapshot = Y.encodeStateAsUpdate(docOf(this.#updates(offset)));
    return textOf(docOf([snapshot, ...this.#updates(this.head).slice(offset)])).toString();
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
    return this.#updates(offset).every((update) => !applyNovel(copy, update));
  }

  #updates(offset: number): Uint8Array[] {
    return this.#history.slice(0, offset).map(({ update }) => update);
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
