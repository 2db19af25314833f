/** The journal in memory, for tests. */
import type { HistoryRow } from '@tandem/protocol';
import type { Batch, LaterRows, StoredDocument } from '@tandem/sync';
import type {
  AppendOutcome,
  CompactedRows,
  Compaction,
  Journal,
  JournalInit,
  JournalPosition,
  StoredSnapshot,
} from './journal.ts';

interface MemoryDocument {
  readonly epoch: string;
  readonly kind: StoredDocument['kind'];
  head: number;
  snapshot: Uint8Array | null;
  snapshotOffset: number;
  snapshotTail: string | null;
  rows: (HistoryRow & { readonly batch: string | null })[];
  readonly owners: Map<number, string>;
  tail: string | null;
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
      snapshotTail: null,
      rows:
        seed === undefined
          ? []
          : [{ offset: 1, update: seed.update, user: seed.user, at: seed.at, batch: null }],
      owners: new Map(seed?.owners),
      tail: null,
    });
    return 'created';
  }

  async load(document: string): Promise<StoredDocument | null> {
    const entry = this.#documents.get(document);
    if (entry === undefined) return null;
    const { epoch, kind, snapshot, snapshotOffset, rows, owners, tail } = entry;
    return {
      document,
      epoch,
      timelines: { current: 'memory', earlier: [] },
      kind,
      snapshot,
      snapshotOffset,
      rows: rows.map(({ offset, update }) => ({ offset, update })),
      owners: new Map(owners),
      tail,
    };
  }

  async append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]> {
    return batches.map((batch) => {
      const { id, rows } = batch;
      const entry = this.#documents.get(batch.document);
      if (entry === undefined || entry.epoch !== batch.epoch) return 'conflict';
      if (entry.rows.some((row) => row.batch === id)) return 'committed';
      if (entry.head !== batch.base || entry.tail !== batch.tail) return 'conflict';
      for (const { offset, update, user, at } of rows)
        entry.rows.push({ offset, update, user, at, batch: id });
      entry.head += rows.length;
      entry.tail = id;
      for (const [client, user] of batch.owners)
        if (!entry.owners.has(client)) entry.owners.set(client, user);
      return 'committed';
    });
  }

  async readLater(
    document: string,
    { epoch, offset, tail }: JournalPosition,
  ): Promise<LaterRows | null> {
    const entry = this.#documents.get(document);
    if (entry === undefined || entry.epoch !== epoch || entry.head < offset) return null;
    const at = entry.rows.find((row) => row.offset === offset);
    const compacted = offset === entry.snapshotOffset ? entry.snapshotTail : null;
    const known = offset === entry.head ? entry.tail : (at?.batch ?? compacted);
    if (offset < entry.snapshotOffset || known !== tail) return null;
    const rows = entry.rows.filter((row) => row.offset > offset);
    return {
      base: offset,
      rows: rows.map(({ offset, update, user }) => ({ offset, update, user })),
      owners: new Map(entry.owners),
      tail: entry.tail,
    };
  }

  async readForCompaction(document: string, upTo: number): Promise<CompactedRows> {
    const rows = this.#documents.get(document)?.rows ?? [];
    return {
      rows: rows.filter(({ offset }) => offset <= upTo),
      sinceCheckpoint: { rows: 0, bytes: 0 },
    };
  }

  /** Keeps no history. */
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
    entry.snapshotTail = entry.rows.find((row) => row.offset === to)?.batch ?? entry.snapshotTail;
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
