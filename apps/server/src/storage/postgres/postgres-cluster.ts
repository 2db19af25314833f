/** What a server needs to know of its Postgres at the start, and what all servers on one database share. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { StorageError } from '../storage-error.ts';
import type { Parting } from '../cluster-log.ts';
import { removeAllPublications } from '../publications.ts';
import type { Database } from '../tables.ts';
import { beginTimeline, forgetTimelines, readTimelineStart } from '../timelines.ts';
import type { Postgres } from './postgres.ts';

const MIN_VERSION = 15;
/** Of the write-ahead log: it changes when a standby takes over. */
export const WAL_TIMELINE = 'left(pg_walfile_name(pg_current_wal_lsn()), 8)';

/** By the clock of the database: those of the nodes may differ. */
export const NOW_MS = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

export interface ClusterIdentity {
  /** Also the prefix of everything in Redis, so that two clusters on one Redis do not mix. */
  readonly id: string;
  /** Signs tokens, unless the operator has set another one. */
  readonly secret: string;
}

interface ServerFacts {
  readonly version: number;
  readonly standby: boolean;
  readonly encoding: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
}

/**
 * @returns sentences about settings that weaken what "saved" means.
 * @throws StorageError when Tandem cannot work with this server.
 */
export async function checkPostgres(postgres: Postgres): Promise<readonly string[]> {
  const { rows } = await postgres.query<ServerFacts>({
    text: `select current_setting('server_version_num')::int / 10000 as version,
      pg_is_in_recovery() as standby,
      current_setting('server_encoding') as encoding,
      current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit`,
  });
  const facts = rows[0] as ServerFacts;
  if (facts.version < MIN_VERSION)
    throw refusal(
      `DATABASE_URL leads to Postgres ${facts.version}. Tandem needs Postgres ${MIN_VERSION} or later.`,
    );
  if (facts.standby)
    throw refusal(
      'DATABASE_URL leads to a standby, which accepts no changes. It must lead to the primary.',
    );
  if (facts.encoding !== 'UTF8')
    throw refusal(
      `The database of DATABASE_URL has the encoding ${facts.encoding}. Create one with the encoding UTF8.`,
    );
  if (facts.fsync === 'off')
    throw refusal(
      'Postgres runs with fsync = off: after a crash of its machine, saved text would be lost. Turn fsync on.',
    );
  const warnings: string[] = [];
  if (facts.full_page_writes === 'off')
    warnings.push(
      'Postgres runs with full_page_writes = off: a crash of its machine can damage the database.',
    );
  if (facts.synchronous_commit === 'off')
    warnings.push(
      'Postgres runs with synchronous_commit = off: a crash of Postgres loses what was saved in the last half second.',
    );
  return warnings;
}

/** In the place of a timeline of Postgres: what an operator writes there after a restore, see `operate/postgres.md`. */
const RESTORED = 'restored';

/**
 * Begins a timeline when another Postgres server has taken over since the last start: it may lack what was saved
 * last, and would give the same positions to other updates.
 *
 * @param restoredAfter not null where this node has noticed that the database was restored. A timeline begins then, as where an
 *   operator says so (`RESTORED`), and nothing is published, unless another node has done that: what was published since stays.
 */
export async function joinCluster(
  db: Database,
  { restoredAfter }: Parting = { restoredAfter: null },
): Promise<ClusterIdentity> {
  return await db.transaction().execute(async (transaction) => {
    // Servers that start at the same time take turns.
    const known = await sql<
      ClusterIdentity & {
        readonly walTimeline: string;
        readonly current: string;
        readonly now: string;
      }
    >`
      select id, secret, wal_timeline as "walTimeline",
        ${sql.raw(WAL_TIMELINE)} as current, ${sql.raw(NOW_MS)} as now
      from cluster for update`.execute(transaction);
    const [row] = known.rows;
    if (row === undefined) throw refusal('The table "cluster" is empty. Restore a backup.');
    const { id, secret, walTimeline, current } = row;
    const now = Number(row.now);
    const isNoticedFirst =
      restoredAfter !== null && (await readTimelineStart(transaction)) <= restoredAfter;
    const hasGoneBack = isNoticedFirst || walTimeline === RESTORED;
    if (hasGoneBack || (walTimeline !== current && walTimeline !== ''))
      await beginTimeline(transaction, randomUUID(), now);
    // Not after another server has taken over: it looks like a recovery, and lacks seconds at most.
    if (hasGoneBack) await removeAllPublications(transaction);
    if (walTimeline !== current)
      await sql`update cluster set wal_timeline = ${current}`.execute(transaction);
    await forgetTimelines(transaction, now);
    return { id, secret };
  });
}

function refusal(message: string): StorageError {
  return new StorageError({ message, retryable: false, damaged: false });
}
