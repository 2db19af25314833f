/**
 * The journal in SQLite, over a connection of its own. Every call blocks the thread. New rows are in `recent`,
 * settled ones in `update`; the head of a document is that of its recent rows, if it has any.
 */
import { DamagedDocument, type Batch, type StoredDocument, type StoredRow } from '@tandem/sync';
import type { DocumentKind } from '@tandem/protocol';
import { readTimelines } from '../timelines.ts';
import type {
  AppendOutcome,
  CompactedRows,
  Compaction,
  Journal,
  JournalInit,
  StoredSnapshot,
} from '../journal/journal.ts';
import { HistoryRows } from './history-rows.ts';
import { RecentRows } from './recent-rows.ts';
import { erasing, inReadTransaction, inTransaction, openSqlite, type Sqlite } from './sqlite.ts';
import { mapSqliteErrors } from './sqlite-error.ts';
import { noLock, type WriteLock } from './write-lock.ts';

/** Other writers wait for one transaction. */
const BLANKED_PER_TRANSACTION = 5_000;

interface JournalRow {
  readonly epoch: string;
  readonly kind: DocumentKind;
  readonly settled: number;
  readonly snapshot_offset: number;
}

export class SqliteJournal implements Journal {
  readonly #sqlite: Sqlite;
  readonly #lock: WriteLock;
  readonly #recent: RecentRows;
  readonly #history: HistoryRows;
  readonly #statements: ReturnType<typeof prepare>;

  private constructor(sqlite: Sqlite, lock: WriteLock) {
    this.#sqlite = sqlite;
    this.#lock = lock;
    this.#recent = new RecentRows(sqlite);
    this.#history = new HistoryRows(sqlite, this.#recent);
    this.#statements = prepare(sqlite);
    this.#recent.refresh();
  }

  /** @throws StorageError, also when the tables do not exist. */
  static open(
    path: string,
    options: { readonly busyTimeoutMs?: number; readonly lock?: WriteLock } = {},
  ): SqliteJournal {
    return SqliteJournal.over(openSqlite(path, options), options.lock);
  }

  static over(sqlite: Sqlite, lock = noLock): SqliteJournal {
    try {
      return mapSqliteErrors(() => new SqliteJournal(sqlite, lock));
    } catch (error) {
      sqlite.close();
      throw error;
    }
  }

  async create({ document, epoch, kind, seed }: JournalInit): Promise<'created' | 'exists'> {
    return this.#writing(() => {
      const settled = seed === undefined ? 0 : 1;
      if (!this.#changed(this.#statements.create.run(document, epoch, kind, settled)))
        return 'exists';
      if (seed !== undefined) {
        this.#statements.insertUpdate.run(document, 1, seed.update, seed.user, seed.at);
        this.#insertOwners(document, seed.owners);
      }
      return 'created';
    });
  }

  async load(document: string): Promise<StoredDocument | null> {
    return this.#reading(() => {
      const journal = this.#statements.journal.get(document) as JournalRow | undefined;
      if (journal === undefined) return null;
      const snapshot = this.#statements.snapshot.get(document) as { data: Uint8Array } | undefined;
      const rows = this.#readRows(document, journal);
      const owners = this.#statements.clients.all(document) as { client: number; user: string }[];
      return {
        document,
        epoch: journal.epoch,
        timelines: readTimelines(this.#sqlite),
        kind: journal.kind,
        snapshot: snapshot?.data ?? null,
        snapshotOffset: journal.snapshot_offset,
        rows,
        owners: new Map(owners.map(({ client, user }) => [client, user])),
        tail: null,
      };
    });
  }

  async append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]> {
    return this.#writing(() => batches.map((batch) => this.#append(batch)));
  }

  /** No other process writes, and each document has one shard. */
  async readLater(): Promise<null> {
    return null;
  }

  async readForCompaction(document: string, upTo: number): Promise<CompactedRows> {
    return this.#reading(() => {
      const rows = this.#history.readRows(document, { after: 0, upTo });
      return { rows, sinceCheckpoint: this.#history.sinceCheckpoint(document) };
    });
  }

  async compact(compaction: Compaction): Promise<'compacted' | 'conflict'> {
    const { document, epoch, from, to, snapshot, chunks } = compaction;
    return this.#writing(() => {
      const position = this.#positionOf(document);
      if (position === null || position.head < to) return 'conflict';
      if (!this.#changed(this.#statements.compact.run(to, document, epoch, from)))
        return 'conflict';
      this.#statements.replaceSnapshot.run(document, snapshot);
      this.#statements.deleteUpdates.run(document, to);
      for (const chunk of chunks) this.#history.insert(document, chunk);
      return 'compacted';
    });
  }

  async snapshot(document: string): Promise<StoredSnapshot | null> {
    return this.#reading(() => {
      const journal = this.#statements.journal.get(document) as JournalRow | undefined;
      const snapshot = this.#statements.snapshot.get(document) as { data: Uint8Array } | undefined;
      if (journal === undefined || snapshot === undefined) return null;
      return {
        epoch: journal.epoch,
        snapshot: snapshot.data,
        snapshotOffset: journal.snapshot_offset,
      };
    });
  }

  async delete(
    document: string,
    { maxHead }: { readonly maxHead: number },
  ): Promise<'deleted' | 'kept'> {
    // The words first: after a crash, the repeated deletion still knows which rows are the document's.
    for (let blanked = 0; ;) {
      const outcome = this.#writing(() => {
        const position = this.#positionOf(document);
        if (position === null) return 'deleted';
        if (blanked === 0 && position.head > maxHead) return 'kept';
        return erasing(this.#sqlite, () => {
          const rows = this.#recent.numbersUpTo(document, position.head).slice(blanked);
          this.#recent.blank(rows.slice(0, BLANKED_PER_TRANSACTION));
          if (rows.length > BLANKED_PER_TRANSACTION) return 'more';
          this.#delete(document, position.head);
          return 'deleted';
        });
      });
      if (outcome !== 'more') return outcome;
      blanked += BLANKED_PER_TRANSACTION;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sqlite.close();
  }

  #delete(document: string, head: number): void {
    this.#recent.delete(document);
    this.#statements.deleteJournal.run(document);
    this.#statements.deleteSnapshot.run(document);
    this.#statements.deleteUpdates.run(document, head);
    this.#statements.deleteClients.run(document);
    this.#history.delete(document);
  }

  #append({ document, epoch, base, rows, owners }: Batch): AppendOutcome {
    const position = this.#positionOf(document);
    if (position === null || position.epoch !== epoch || position.head !== base) return 'conflict';
    for (const row of rows) this.#recent.append(document, row);
    this.#insertOwners(document, owners);
    return 'committed';
  }

  #positionOf(document: string): { readonly epoch: string; readonly head: number } | null {
    const recent = this.#recent.find(document);
    const head = this.#recent.headOf(document);
    if (recent?.epoch !== undefined && head !== undefined) return { epoch: recent.epoch, head };
    const journal = this.#statements.journal.get(document) as JournalRow | undefined;
    if (journal === undefined) return null;
    if (recent !== undefined) recent.epoch = journal.epoch;
    return { epoch: journal.epoch, head: head ?? journal.settled };
  }

  /** @throws DamagedDocument */
  #readRows(document: string, journal: JournalRow): StoredRow[] {
    const { settled, snapshot_offset: from } = journal;
    const rows = [
      ...(this.#statements.updates.all(document, from) as unknown as StoredRow[]),
      ...this.#recent.readAfter(document, Math.max(from, settled)),
    ];
    const head = this.#recent.headOf(document) ?? settled;
    const isWhole = rows.every(({ offset }, at) => offset === from + 1 + at);
    if (!isWhole || from + rows.length !== head)
      throw new DamagedDocument(document, 'rows are missing');
    return rows;
  }

  #insertOwners(document: string, owners: ReadonlyMap<number, string>): void {
    for (const [client, user] of owners) this.#statements.insertClient.run(document, client, user);
  }

  #changed(result: { readonly changes: number | bigint }): boolean {
    return Number(result.changes) > 0;
  }

  #writing<T>(work: () => T): T {
    return this.#lock.run(() => {
      const result = inTransaction(this.#sqlite, () => {
        this.#recent.refresh();
        return work();
      });
      this.#recent.onCommitted();
      return result;
    });
  }

  #reading<T>(work: () => T): T {
    return inReadTransaction(this.#sqlite, () => {
      this.#recent.refresh();
      return work();
    });
  }
}

function prepare(sqlite: Sqlite) {
  return {
    create: sqlite.prepare(
      'INSERT INTO journal (document, epoch, kind, settled, snapshot_offset) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING',
    ),
    journal: sqlite.prepare(
      'SELECT epoch, kind, settled, snapshot_offset FROM journal WHERE document = ?',
    ),
    compact: sqlite.prepare(
      'UPDATE journal SET snapshot_offset = ? WHERE document = ? AND epoch = ? AND snapshot_offset = ?',
    ),
    snapshot: sqlite.prepare('SELECT data FROM snapshot WHERE document = ?'),
    replaceSnapshot: sqlite.prepare(
      'INSERT OR REPLACE INTO snapshot (document, data) VALUES (?, ?)',
    ),
    updates: sqlite.prepare(
      'SELECT offset, data AS "update" FROM "update" WHERE document = ? AND offset > ? ORDER BY offset',
    ),
    insertUpdate: sqlite.prepare(
      'INSERT INTO "update" (document, offset, data, user, at) VALUES (?, ?, ?, ?, ?)',
    ),
    deleteJournal: sqlite.prepare('DELETE FROM journal WHERE document = ?'),
    deleteSnapshot: sqlite.prepare('DELETE FROM snapshot WHERE document = ?'),
    deleteClients: sqlite.prepare('DELETE FROM client WHERE document = ?'),
    deleteUpdates: sqlite.prepare('DELETE FROM "update" WHERE document = ? AND offset <= ?'),
    clients: sqlite.prepare('SELECT client, user FROM client WHERE document = ?'),
    insertClient: sqlite.prepare(
      'INSERT INTO client (document, client, user) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    ),
  };
}
