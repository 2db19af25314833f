/** The journal in SQLite, over a connection of its own. Every call blocks the thread. */
import { DamagedDocument, type Batch, type StoredDocument } from '@tandem/sync';
import type { DocumentKind } from '@tandem/protocol';
import { readTimelines } from '../timelines.ts';
import type {
  AppendOutcome,
  Compaction,
  Journal,
  JournalInit,
  StoredSnapshot,
} from '../journal/journal.ts';
import { inTransaction, openSqlite, type Sqlite } from './sqlite.ts';
import { mapSqliteErrors } from './sqlite-error.ts';
import { noLock, type WriteLock } from './write-lock.ts';

interface JournalRow {
  readonly epoch: string;
  readonly kind: DocumentKind;
  readonly head: number;
  readonly snapshot_offset: number;
}

export class SqliteJournal implements Journal {
  readonly #sqlite: Sqlite;
  readonly #lock: WriteLock;
  readonly #statements: ReturnType<typeof prepare>;

  private constructor(sqlite: Sqlite, lock: WriteLock) {
    this.#sqlite = sqlite;
    this.#lock = lock;
    this.#statements = prepare(sqlite);
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
      const head = seed === undefined ? 0 : 1;
      if (!this.#changed(this.#statements.create.run(document, epoch, kind, head))) return 'exists';
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
      const rows = this.#statements.updates.all(document, journal.snapshot_offset);
      if (journal.snapshot_offset + rows.length !== journal.head)
        throw new DamagedDocument(document, 'rows are missing');
      const owners = this.#statements.clients.all(document) as { client: number; user: string }[];
      return {
        document,
        epoch: journal.epoch,
        timelines: readTimelines(this.#sqlite),
        kind: journal.kind,
        snapshot: snapshot?.data ?? null,
        snapshotOffset: journal.snapshot_offset,
        rows: rows as { offset: number; update: Uint8Array }[],
        owners: new Map(owners.map(({ client, user }) => [client, user])),
      };
    });
  }

  async append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]> {
    return this.#writing(() => batches.map((batch) => this.#append(batch)));
  }

  async compact(compaction: Compaction): Promise<'compacted' | 'conflict'> {
    const { document, epoch, from, to, snapshot } = compaction;
    return this.#writing(() => {
      const swapped = this.#statements.compact.run(to, document, epoch, from, to);
      if (!this.#changed(swapped)) return 'conflict';
      this.#statements.replaceSnapshot.run(document, snapshot);
      this.#statements.deleteUpdates.run(document, to);
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
    return this.#writing(() => {
      const journal = this.#statements.journal.get(document) as JournalRow | undefined;
      if (journal === undefined) return 'deleted';
      if (journal.head > maxHead) return 'kept';
      this.#statements.deleteJournal.run(document);
      this.#statements.deleteSnapshot.run(document);
      this.#statements.deleteUpdates.run(document, journal.head);
      this.#statements.deleteClients.run(document);
      return 'deleted';
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sqlite.close();
  }

  #append(batch: Batch): AppendOutcome {
    const { document, epoch, base, rows } = batch;
    // One conditional update instead of a read and a check: changing the row proves that base and epoch match.
    if (!this.#changed(this.#statements.bump.run(rows.length, document, epoch, base)))
      return 'conflict';
    for (const row of rows)
      this.#statements.insertUpdate.run(document, row.offset, row.update, row.user, row.at);
    this.#insertOwners(document, batch.owners);
    return 'committed';
  }

  #insertOwners(document: string, owners: ReadonlyMap<number, string>): void {
    for (const [client, user] of owners) this.#statements.insertClient.run(document, client, user);
  }

  #changed(result: { readonly changes: number | bigint }): boolean {
    return Number(result.changes) > 0;
  }

  #writing<T>(work: () => T): T {
    return this.#lock.run(() => inTransaction(this.#sqlite, work));
  }

  /** All reads see one state: a compaction between them would tear it. */
  #reading<T>(work: () => T): T {
    return mapSqliteErrors(() => {
      this.#sqlite.exec('BEGIN');
      try {
        return work();
      } finally {
        this.#sqlite.exec('COMMIT');
      }
    });
  }
}

function prepare(sqlite: Sqlite) {
  return {
    create: sqlite.prepare(
      'INSERT INTO journal (document, epoch, kind, head, snapshot_offset) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING',
    ),
    journal: sqlite.prepare(
      'SELECT epoch, kind, head, snapshot_offset FROM journal WHERE document = ?',
    ),
    bump: sqlite.prepare(
      'UPDATE journal SET head = head + ? WHERE document = ? AND epoch = ? AND head = ?',
    ),
    compact: sqlite.prepare(
      'UPDATE journal SET snapshot_offset = ? WHERE document = ? AND epoch = ? AND snapshot_offset = ? AND head >= ?',
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
