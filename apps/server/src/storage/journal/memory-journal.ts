/** The journal in memory, for tests. */
import type { Batch, StoredDocument } from '@tandem/sync';
import type { AppendOutcome, Compaction, Journal, JournalInit, StoredSnapshot } from './journal.ts';

interface MemoryDocument {
  readonly epoch: string;
  readonly kind: StoredDocument['kind'];
  head: number;
  snapshot: Uint8Array | null;
  snapshotOffset: number;
  rows: { readonly offset: number; readonly update: Uint8Array }[];
  readonly owners: Map<number, string>;
}

export class MemoryJournal implements Journal {
  readonly #documents = new Map<string, MemoryDocument>();

  async create({ document, epoch, kind, seed }: JournalInit): Promise<'created' | 'exists'> {
    if (this.#documents.has(document)) return 'exists';
    this.#documents.set(document, {
      epoch,
      kind,
      head: seed === undefined ? 0 : 1,
      snapshot: null,
      snapshotOffset: 0,
      rows: seed === undefined ? [] : [{ offset: 1, update: seed.update }],
      owners: new Map(seed?.owners),
    });
    return 'created';
  }

  async load(document: string): Promise<StoredDocument | null> {
    const entry = this.#documents.get(document);
    if (entry === undefined) return null;
    const { epoch, kind, snapshot, snapshotOffset, rows, owners } = entry;
    return {
      document,
      epoch,
      timelines: { current: 'memory', earlier: [] },
      kind,
      snapshot,
      snapshotOffset,
      rows: [...rows],
      owners: new Map(owners),
    };
  }

  async append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]> {
    return batches.map((batch) => {
      const entry = this.#documents.get(batch.document);
      if (entry === undefined || entry.epoch !== batch.epoch || entry.head !== batch.base)
        return 'conflict';
      for (const { offset, update } of batch.rows) entry.rows.push({ offset, update });
      entry.head += batch.rows.length;
      for (const [client, user] of batch.owners)
        if (!entry.owners.has(client)) entry.owners.set(client, user);
      return 'committed';
    });
  }

  async compact({
    document,
    epoch,
    from,
    to,
    snapshot,
  }: Compaction): Promise<'compacted' | 'conflict'> {
    const entry = this.#documents.get(document);
    if (entry === undefined || entry.epoch !== epoch) return 'conflict';
    if (entry.snapshotOffset !== from || entry.head < to) return 'conflict';
    entry.snapshot = snapshot;
    entry.snapshotOffset = to;
    entry.rows = entry.rows.filter((row) => row.offset > to);
    return 'compacted';
  }

  async snapshot(document: string): Promise<StoredSnapshot | null> {
    const entry = this.#documents.get(document);
    if (entry === undefined || entry.snapshot === null) return null;
    return {
      epoch: entry.epoch,
      snapshot: entry.snapshot,
      snapshotOffset: entry.snapshotOffset,
    };
  }

  async delete(
    document: string,
    { maxHead }: { readonly maxHead: number },
  ): Promise<'deleted' | 'kept'> {
    const entry = this.#documents.get(document);
    if (entry !== undefined && entry.head > maxHead) return 'kept';
    this.#documents.delete(document);
    return 'deleted';
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
