/** History in SQLite, over a connection of its own. Every call blocks the thread. */
import type { DocumentKind, HistoryRow, HistorySession } from '@tandem/protocol';
import type { RowHeader } from '../history/history-sessions.ts';
import type {
  Checkpoint,
  ChunkSummary,
  HistoryPosition,
  HistoryStore,
  OffsetRange,
  StoredChunk,
  ThinnedChunk,
} from '../history/history-store.ts';
import { readTimelines } from '../timelines.ts';
import { HistoryRows } from './history-rows.ts';
import { RecentRows } from './recent-rows.ts';
import { mapSqliteErrors } from './sqlite-error.ts';
import { erasing, inReadTransaction, inTransaction, openSqlite, type Sqlite } from './sqlite.ts';
import { noLock, type WriteLock } from './write-lock.ts';

interface JournalRow {
  readonly epoch: string;
  readonly kind: DocumentKind;
  readonly settled: number;
}

export class SqliteHistory implements HistoryStore {
  readonly #sqlite: Sqlite;
  readonly #lock: WriteLock;
  readonly #recent: RecentRows;
  readonly #rows: HistoryRows;
  readonly #statements: ReturnType<typeof prepare>;

  private constructor(sqlite: Sqlite, lock: WriteLock) {
    this.#sqlite = sqlite;
    this.#lock = lock;
    this.#recent = new RecentRows(sqlite);
    this.#rows = new HistoryRows(sqlite, this.#recent);
    this.#statements = prepare(sqlite);
  }

  /** @throws StorageError */
  static open(path: string, lock = noLock): SqliteHistory {
    const sqlite = openSqlite(path);
    try {
      return mapSqliteErrors(() => new SqliteHistory(sqlite, lock));
    } catch (error) {
      sqlite.close();
      throw error;
    }
  }

  async position(document: string): Promise<HistoryPosition | null> {
    return this.#reading(() => {
      const journal = this.#statements.journal.get(document) as JournalRow | undefined;
      if (journal === undefined) return null;
      const { epoch, kind, settled } = journal;
      const { current: timeline } = readTimelines(this.#sqlite);
      return { epoch, timeline, kind, head: this.#recent.headOf(document) ?? settled };
    });
  }

  async summaries(
    document: string,
    { before, limit }: { readonly before: number; readonly limit: number },
  ): Promise<readonly ChunkSummary[]> {
    return this.#reading(() => {
      const rows = this.#statements.summaries.all(document, before, limit);
      return (rows as { from: number; to: number; sessions: string }[]).map(
        ({ sessions, ...rest }) => ({
          ...rest,
          sessions: JSON.parse(sessions) as HistorySession[],
        }),
      );
    });
  }

  async headers(document: string): Promise<readonly RowHeader[]> {
    return this.#reading(() => this.#rows.readHeaders(document));
  }

  async checkpoint(document: string, upTo: number): Promise<Checkpoint | null> {
    return this.#reading(() => {
      const found = (this.#statements.snapshot.get(document, upTo) ??
        this.#statements.checkpoint.get(document, upTo)) as
        | { offset: number; state: Uint8Array; isCompressed: number }
        | undefined;
      return found === undefined ? null : { ...found, isCompressed: found.isCompressed === 1 };
    });
  }

  async chunks(
    document: string,
    { after, upTo, limit }: OffsetRange & { readonly limit: number },
  ): Promise<readonly StoredChunk[]> {
    return this.#reading(
      () => this.#statements.chunks.all(document, after, upTo, limit) as unknown as StoredChunk[],
    );
  }

  async unthinned(
    document: string,
    { before, limit }: { readonly before: number; readonly limit: number },
  ): Promise<readonly StoredChunk[]> {
    return this.#reading(
      () => this.#statements.unthinned.all(document, before, limit) as unknown as StoredChunk[],
    );
  }

  async thin(document: string, { from, to, data, bytes, at, pinned }: ThinnedChunk): Promise<void> {
    this.#lock.run(() =>
      inTransaction(this.#sqlite, () => {
        this.#recent.refresh();
        const names = JSON.stringify(pinned);
        if (this.#statements.named.get(document, from, to, names) !== undefined) return;
        erasing(this.#sqlite, () => {
          this.#recent.blank(this.#recent.numbersUpTo(document, to));
          this.#statements.thin.run(data, bytes, at, document, to);
        });
      }),
    );
  }

  async rows(document: string, range: OffsetRange): Promise<readonly HistoryRow[]> {
    return this.#reading(() => this.#rows.readRows(document, range));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sqlite.close();
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
    journal: sqlite.prepare('SELECT epoch, kind, settled FROM journal WHERE document = ?'),
    summaries: sqlite.prepare(
      'SELECT from_offset AS "from", to_offset AS "to", sessions FROM history WHERE document = ? AND from_offset < ? ORDER BY to_offset DESC LIMIT ? + 0',
    ),
    snapshot: sqlite.prepare(
      `SELECT snapshot_offset AS offset, data AS state, 0 AS isCompressed
         FROM journal JOIN snapshot USING (document) WHERE document = ? AND snapshot_offset <= ?`,
    ),
    checkpoint: sqlite.prepare(
      `SELECT to_offset AS offset, checkpoint AS state, 1 AS isCompressed FROM history
         WHERE document = ? AND to_offset <= ? AND checkpoint IS NOT NULL ORDER BY to_offset DESC LIMIT 1`,
    ),
    unthinned: sqlite.prepare(
      'SELECT from_offset AS "from", to_offset AS "to", data FROM history WHERE document = ? AND thinned_at IS NULL AND ended_at < ? ORDER BY to_offset LIMIT ? + 0',
    ),
    named: sqlite.prepare(
      `SELECT 1 FROM named_version WHERE document = ? AND "offset" BETWEEN ? AND ?
         AND "offset" NOT IN (SELECT value FROM json_each(?)) LIMIT 1`,
    ),
    thin: sqlite.prepare(
      'UPDATE history SET data = ?, bytes = ?, thinned_at = ? WHERE document = ? AND to_offset = ? AND thinned_at IS NULL',
    ),
    chunks: sqlite.prepare(
      'SELECT from_offset AS "from", to_offset AS "to", data FROM history WHERE document = ? AND to_offset > ? AND from_offset <= ? ORDER BY to_offset LIMIT ? + 0',
    ),
  };
}
