/** The journal without a disk, for tests and for trying things out. It keeps nothing beyond its life. */
import type { Batch, StoredDocument } from '@tandem/sync';
import type { AppendOutcome, Birth, Compaction, Journal, StoredSnapshot } from './journal.ts';

interface Entry {
  readonly incarnation: string;
  readonly kind: StoredDocument['kind'];
  head: number;
  snapshot: Uint8Array | null;
  snapshotSeq: number;
  rows: { readonly seq: number; readonly update: Uint8Array }[];
  readonly owners: Map<number, string>;
}

export class MemoryJournal implements Journal {
  readonly #documents = new Map<string, Entry>();

  async create({ document, incarnation, kind, seed }: Birth): Promise<'created' | 'exists'> {
    if (this.#documents.has(document)) return 'exists';
    this.#documents.set(document, {
      incarnation,
      kind,
      head: seed === undefined ? 0 : 1,
      snapshot: null,
      snapshotSeq: 0,
      rows: seed === undefined ? [] : [{ seq: 1, update: seed.update }],
      owners: new Map(seed?.owners),
    });
    return 'created';
  }

  async load(document: string): Promise<StoredDocument | null> {
    const entry = this.#documents.get(document);
    if (entry === undefined) return null;
    const { incarnation, kind, snapshot, snapshotSeq, rows, owners } = entry;
    return {
      document,
      incarnation,
      timelines: { current: 'memory', earlier: [] },
      kind,
      snapshot,
      snapshotSeq,
      rows: [...rows],
      owners: new Map(owners),
    };
  }

  async append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]> {
    return batches.map((batch) => {
      const entry = this.#documents.get(batch.document);
      if (
        entry === undefined ||
        entry.incarnation !== batch.incarnation ||
        entry.head !== batch.base
      )
        return 'conflict';
      for (const { seq, update } of batch.rows) entry.rows.push({ seq, update });
      entry.head += batch.rows.length;
      for (const [client, user] of batch.owners)
        if (!entry.owners.has(client)) entry.owners.set(client, user);
      return 'committed';
    });
  }

  async compact({
    document,
    incarnation,
    from,
    to,
    snapshot,
  }: Compaction): Promise<'compacted' | 'conflict'> {
    const entry = this.#documents.get(document);
    if (entry === undefined || entry.incarnation !== incarnation) return 'conflict';
    if (entry.snapshotSeq !== from || entry.head < to) return 'conflict';
    entry.snapshot = snapshot;
    entry.snapshotSeq = to;
    entry.rows = entry.rows.filter((row) => row.seq > to);
    return 'compacted';
  }

  async snapshot(document: string): Promise<StoredSnapshot | null> {
    const entry = this.#documents.get(document);
    if (entry === undefined || entry.snapshot === null) return null;
    return {
      incarnation: entry.incarnation,
      snapshot: entry.snapshot,
      snapshotSeq: entry.snapshotSeq,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
