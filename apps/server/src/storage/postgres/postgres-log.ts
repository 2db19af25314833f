/** The log of commits in Postgres. */
import { LOG } from '../../limits.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { ClusterLog, LogEntry } from '../cluster-log.ts';
import type { Postgres, Query } from './postgres.ts';

type Body = Pick<LogEntry, 'channels' | 'effects'>;

/**
 * The last statement of its transaction: the counter is locked until the commit, so that a number is visible
 * only after all lower ones.
 */
export function appendToLog(node: string, body: Body, atMs: number): Query {
  return {
    name: 'log-append',
    text: `with next as (update cluster set log_head = log_head + 1 returning log_head)
      insert into cluster_log (number, node, body, at)
      select log_head, $1, $2, $3 from next returning number`,
    values: [node, JSON.stringify(body), atMs],
  };
}

export class PostgresLog implements ClusterLog {
  readonly #postgres: Postgres;
  readonly #node: string;
  readonly #clock: Clock;

  /** @param postgres is closed together with the log. */
  constructor(
    postgres: Postgres,
    { node, clock }: { readonly node: string; readonly clock: Clock },
  ) {
    this.#postgres = postgres;
    this.#node = node;
    this.#clock = clock;
  }

  async readHead(): Promise<number> {
    const { rows } = await this.#postgres.query<{ readonly head: number }>({
      text: 'select log_head as head from cluster',
    });
    return rows[0]?.head ?? 0;
  }

  async readAfter(number: number): Promise<readonly LogEntry[] | null> {
    const { rows } = await this.#postgres.query<{
      readonly number: number;
      readonly node: string;
      readonly body: string;
    }>({
      name: 'log-read',
      text: `select number, node, body from cluster_log where number > $1 order by number limit $2`,
      values: [number, LOG.maxEntries],
    });
    const [first] = rows;
    if (first !== undefined && first.number !== number + 1) return null;
    return rows.map(({ body, ...row }) => ({ ...row, ...(JSON.parse(body) as Body) }));
  }

  async append(body: Body): Promise<void> {
    await this.#postgres.query(appendToLog(this.#node, body, this.#clock.now()));
  }

  async deleteBefore(atMs: number): Promise<void> {
    await this.#postgres.query({ text: 'delete from cluster_log where at < $1', values: [atMs] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postgres[Symbol.asyncDispose]();
  }
}
