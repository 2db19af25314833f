/** The log of commits in Postgres. */
import { LOG } from '../limits.ts';
import { CompiledQuery } from 'kysely';
import type { ClusterLog, LogEntry, LogRead } from '../cluster-log.ts';
import type { Database } from '../tables.ts';
import { NOW_MS, WAL_TIMELINE } from './postgres-cluster.ts';
import type { Postgres, Query } from './postgres.ts';

type Body = Pick<LogEntry, 'channels' | 'effects'>;

/**
 * The last statement of its transaction: the counter is locked until the commit, so that a number is visible
 * only after all lower ones.
 */
export function appendToLog(node: string, body: Body): Query {
  return {
    name: 'log-append',
    text: `with next as (update cluster set log_head = log_head + 1 returning log_head)
      insert into cluster_log (number, node, body, at)
      select log_head, $1, $2, ${NOW_MS} from next returning number`,
    values: [node, JSON.stringify(body)],
  };
}

interface ReadRow {
  readonly head: number;
  readonly now: number;
  readonly wal: string;
  readonly number: number | null;
  readonly node: string | null;
  readonly body: string | null;
}

export class PostgresLog implements ClusterLog {
  readonly #postgres: Postgres;
  readonly #node: string;
  #wal: string | null = null;
  /** When the database had not gone back yet. Before the first read, nobody knows of an earlier moment. */
  #readAtMs = Number.POSITIVE_INFINITY;

  /** @param postgres is closed together with the log. */
  constructor(postgres: Postgres, node: string) {
    this.#postgres = postgres;
    this.#node = node;
  }

  async readHead(): Promise<number> {
    const { rows } = await this.#postgres.query<{ readonly head: number }>({
      text: 'select log_head as head from cluster',
    });
    return rows[0]?.head ?? 0;
  }

  async readAfter(after: number): Promise<LogRead> {
    const { rows } = await this.#postgres.query<ReadRow>({
      name: 'log-read',
      text: `select log_head as head, ${NOW_MS} as now, ${WAL_TIMELINE} as wal, number, node, body
        from cluster left join lateral (
          select number, node, body from cluster_log where number > $1 order by number limit $2
        ) as entry on true
        order by number`,
      values: [after, LOG.maxEntries],
    });
    const [first] = rows;
    if (first === undefined) throw new Error('the table "cluster" is empty');
    const isSame = this.#wal === null || this.#wal === first.wal;
    this.#wal = first.wal;
    if (!isSame || first.head < after)
      return { kind: 'parted', restoredAfter: isSame ? this.#readAtMs : null };
    this.#readAtMs = Number(first.now);
    const entries = rows.flatMap(({ number, node, body }) =>
      number === null || node === null || body === null
        ? []
        : [{ number, node, ...(JSON.parse(body) as Body) }],
    );
    const isWhole = entries.length === 0 ? first.head === after : entries[0]?.number === after + 1;
    return isWhole ? { kind: 'entries', entries } : { kind: 'missed' };
  }

  async append(body: Body): Promise<void> {
    await this.#postgres.query(appendToLog(this.#node, body));
  }

  async appendWithin(db: Database, body: Body): Promise<void> {
    const { text, values = [] } = appendToLog(this.#node, body);
    await db.executeQuery(CompiledQuery.raw(text, values));
  }

  async deleteOld(): Promise<void> {
    await this.#postgres.query({
      text: `delete from cluster_log where at < ${NOW_MS} - $1`,
      values: [LOG.keepMs],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postgres[Symbol.asyncDispose]();
  }
}
