/**
 * The histories of a database. Positions count in a timeline; when an older copy of the database takes its place, a new
 * one begins, so that nobody's position in what is gone is taken for one in what comes (RS1).
 *
 * Each process that uses the database writes its run into it and into the folder beside it. The two differ when one of
 * them is older than the other.
 */
import { statSync } from 'node:fs';
import type { Timelines } from '@tandem/sync';
import { sql } from 'kysely';
import { openSqlite, translated, type Sqlite } from './sqlite/sqlite.ts';
import type { Database } from './tables.ts';

/** A timeline that ended longer ago is forgotten at the next start, and what others wrote in it is not taken back any more (RS5). */
export const RETURN_MS = 31 * 24 * 60 * 60 * 1000;
export const MAX_TIMELINES = 64;

/** What the database says of the process that used it last. */
export interface LastRun {
  readonly id: string;
  /** The file was made from that database by `VACUUM INTO` or by SQLite's backup, which both change its schema version. */
  readonly isCopy: boolean;
}

/**
 * Before migrations, which change the schema version.
 *
 * @returns null when no process has used the database yet.
 * @throws DatabaseError
 */
export function readLastRun(path: string): LastRun | null {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return null;
  const sqlite = openSqlite(path);
  try {
    return translated(() => {
      const table = sqlite.prepare(
        "select 1 from sqlite_master where type = 'table' and name = 'run'",
      );
      if (table.get() === undefined) return null;
      const run = sqlite.prepare('select id, schema_version from run').get() as
        | { readonly id: string; readonly schema_version: number }
        | undefined;
      const { schema_version } = sqlite.prepare('pragma schema_version').get() as {
        readonly schema_version: number;
      };
      return run === undefined
        ? null
        : { id: run.id, isCopy: run.schema_version !== schema_version };
    });
  } finally {
    sqlite.close();
  }
}

/** Notes which process uses the database now and, after a restore, begins a timeline: both or neither. */
export async function beginRun(
  db: Database,
  run: { readonly id: string; readonly timeline: string | null; readonly atMs: number },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (run.timeline !== null) {
      await transaction
        .insertInto('timeline')
        .values({ id: run.timeline, began_at: run.atMs })
        .execute();
      await transaction.updateTable('channel').set({ epoch: run.timeline }).execute();
    }
    const next = transaction
      .selectFrom('timeline as next')
      .select('next.number')
      .where('next.began_at', '<=', run.atMs - RETURN_MS)
      .where('next.number', '=', sql<number>`timeline.number + 1`);
    await transaction
      .deleteFrom('timeline')
      .where(({ exists }) => exists(next))
      .execute();
    await transaction.deleteFrom('run').execute();
    const version = sql<number>`(select schema_version from pragma_schema_version)`;
    await transaction.insertInto('run').values({ id: run.id, schema_version: version }).execute();
  });
}

/** @throws Error when there is none, as in no database that was opened. */
export function readTimelines(sqlite: Sqlite): Timelines {
  const rows = sqlite
    .prepare('select id from timeline order by number desc limit ?')
    .all(MAX_TIMELINES);
  const [current, ...earlier] = (rows as { readonly id: string }[]).map(({ id }) => id);
  if (current === undefined) throw new Error('the database has no timeline');
  return { current, earlier };
}
