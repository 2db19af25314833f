/** History in Postgres. Each call is one statement, and sees one state. */
import type { HistoryRow, HistorySession } from '@tandem/protocol';
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
import type { Postgres } from './postgres.ts';

export class PostgresHistory implements HistoryStore {
  readonly #postgres: Postgres;

  /** @param postgres is closed together with the history. */
  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  async position(document: string): Promise<HistoryPosition | null> {
    const { rows } = await this.#postgres.query<HistoryPosition>({
      text: `select epoch, kind, head,
               (select id from timeline order by number desc limit 1) as timeline
             from journal where document = $1`,
      values: [document],
    });
    return rows[0] ?? null;
  }

  async summaries(
    document: string,
    { before, limit }: { readonly before: number; readonly limit: number },
  ): Promise<readonly ChunkSummary[]> {
    const { rows } = await this.#postgres.query<{ from: number; to: number; sessions: string }>({
      text: `select from_offset as "from", to_offset as "to", sessions from history
             where document = $1 and from_offset < $2 order by to_offset desc limit $3`,
      values: [document, before, limit],
    });
    return rows.map(({ sessions, ...rest }) => ({
      ...rest,
      sessions: JSON.parse(sessions) as HistorySession[],
    }));
  }

  async headers(document: string): Promise<readonly RowHeader[]> {
    const { rows } = await this.#postgres.query<RowHeader>({
      text: `select "offset", at, "user" from "update" where document = $1 order by "offset"`,
      values: [document],
    });
    return rows;
  }

  async checkpoint(document: string, upTo: number): Promise<Checkpoint | null> {
    const { rows } = await this.#postgres.query<Checkpoint>({
      text: `(
          select snapshot_offset as "offset", data as state, false as "isCompressed"
          from journal join snapshot using (document)
          where document = $1 and snapshot_offset <= $2
        ) union all (
          select to_offset, checkpoint, true from history
          where document = $1 and to_offset <= $2 and checkpoint is not null
            and not exists (select from journal where document = $1 and snapshot_offset <= $2)
          order by to_offset desc limit 1
        )`,
      values: [document, upTo],
    });
    return rows[0] ?? null;
  }

  async chunks(
    document: string,
    { after, upTo, limit }: OffsetRange & { readonly limit: number },
  ): Promise<readonly StoredChunk[]> {
    const { rows } = await this.#postgres.query<StoredChunk>({
      text: `select from_offset as "from", to_offset as "to", data from history
             where document = $1 and to_offset > $2 and from_offset <= $3
             order by to_offset limit $4`,
      values: [document, after, upTo, limit],
    });
    return rows;
  }

  async unthinned(
    document: string,
    { before, limit }: { readonly before: number; readonly limit: number },
  ): Promise<readonly StoredChunk[]> {
    const { rows } = await this.#postgres.query<StoredChunk>({
      text: `select from_offset as "from", to_offset as "to", data from history
             where document = $1 and thinned_at is null and ended_at < $2
             order by to_offset limit $3`,
      values: [document, before, limit],
    });
    return rows;
  }

  async thin(document: string, { from, to, data, bytes, at, pinned }: ThinnedChunk): Promise<void> {
    await this.#postgres.query({
      text: `update history set data = $3, bytes = $4, thinned_at = $5
             where document = $1 and to_offset = $2 and thinned_at is null and not exists (
               select from named_version where document = $1 and "offset" between $6 and $2
                 and "offset" <> all($7::bigint[])
             )`,
      values: [document, to, Buffer.from(data), bytes, at, from, pinned],
    });
  }

  async rows(document: string, { after, upTo }: OffsetRange): Promise<readonly HistoryRow[]> {
    const { rows } = await this.#postgres.query<HistoryRow>({
      text: `select "offset", at, "user", data as "update" from "update"
             where document = $1 and "offset" > $2 and "offset" <= $3 order by "offset"`,
      values: [document, after, upTo],
    });
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postgres[Symbol.asyncDispose]();
  }
}
