/** The table of history in SQLite, for the journal that writes it and the adapter that reads it. */
import type { HistoryRow } from '@tandem/protocol';
import type { HistoryChunk } from '../history/history-chunk.ts';
import type { RowHeader } from '../history/history-sessions.ts';
import type { OffsetRange } from '../history/history-store.ts';
import type { CompactedRows } from '../journal/journal.ts';
import type { RecentRows } from './recent-rows.ts';
import type { Sqlite } from './sqlite.ts';

export class HistoryRows {
  readonly #recent: RecentRows;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(sqlite: Sqlite, recent: RecentRows) {
    this.#recent = recent;
    this.#statements = prepare(sqlite);
  }

  insert(
    document: string,
    { from, to, endedAt, bytes, sessions, data, checkpoint }: HistoryChunk,
  ): void {
    const json = JSON.stringify(sessions);
    this.#statements.insert.run(document, to, from, endedAt, bytes, json, data, checkpoint);
  }

  delete(document: string): void {
    this.#statements.delete.run(document);
  }

  sinceCheckpoint(document: string): CompactedRows['sinceCheckpoint'] {
    return this.#statements.sinceCheckpoint.get(document, document) as {
      rows: number;
      bytes: number;
    };
  }

  readRows(document: string, range: OffsetRange): HistoryRow[] {
    const { upTo } = range;
    const after = Math.max(range.after, this.#snapshotOffset(document));
    const settled = this.#statements.rows.all(document, after, upTo) as unknown as HistoryRow[];
    const last = settled.at(-1)?.offset ?? after;
    return [...settled, ...this.#recent.readAuthored(document, { after: last, upTo })];
  }

  /** Rows after the snapshot. */
  readHeaders(document: string): RowHeader[] {
    const after = this.#snapshotOffset(document);
    const settled = this.#statements.headers.all(document, after) as unknown as RowHeader[];
    const last = settled.at(-1)?.offset ?? after;
    return [...settled, ...this.#recent.readHeadersAfter(document, last)];
  }

  /** Recent rows stay for a while after they were compacted. */
  #snapshotOffset(document: string): number {
    const journal = this.#statements.journal.get(document) as { after: number } | undefined;
    return journal?.after ?? 0;
  }
}

function prepare(sqlite: Sqlite) {
  return {
    insert: sqlite.prepare(
      'INSERT INTO history (document, to_offset, from_offset, ended_at, bytes, sessions, data, checkpoint) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    delete: sqlite.prepare('DELETE FROM history WHERE document = ?'),
    sinceCheckpoint: sqlite.prepare(
      `SELECT coalesce(sum(to_offset - from_offset + 1), 0) AS rows, coalesce(sum(bytes), 0) AS bytes
         FROM history WHERE document = ? AND to_offset > coalesce(
           (SELECT max(to_offset) FROM history WHERE document = ? AND checkpoint IS NOT NULL), 0)`,
    ),
    rows: sqlite.prepare(
      'SELECT offset, at, user, data AS "update" FROM "update" WHERE document = ? AND offset > ? AND offset <= ? ORDER BY offset',
    ),
    journal: sqlite.prepare('SELECT snapshot_offset AS after FROM journal WHERE document = ?'),
    headers: sqlite.prepare(
      'SELECT offset, at, user FROM "update" WHERE document = ? AND offset > ? ORDER BY offset',
    ),
  };
}
