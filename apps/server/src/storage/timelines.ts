/**
 * Timelines: the histories of a database. A position counts in one timeline. When an older copy replaces
 * the database, a new timeline begins, so that a position in the lost history is never mistaken for one in
 * the new history (RS1).
 *
 * Each process that uses the database writes its run id into the database and into the data directory.
 * The two ids differ when one of the two is older than the other.
 */
import { statSync } from 'node:fs';
import type { Timelines } from '@tandem/sync';
import { sql } from 'kysely';
import { removeAllPublications } from './publications.ts';
import { openSqlite, type Sqlite } from './sqlite/sqlite.ts';
import { mapSqliteErrors } from './sqlite/sqlite-error.ts';
import type { Database } from './tables.ts';

/** The next start deletes timelines that ended longer ago; clients then no longer return work from them (RS5). */
export const RETURN_MS = 31 * 24 * 60 * 60 * 1000;
export const MAX_TIMELINES = 64;

export interface LastRun {
  readonly id: string;
  /** The file is a copy by `VACUUM INTO` or SQLite's backup, which both change the schema version. */
  readonly isCopy: boolean;
}

/**
 * Call before migrations, which change the schema version.
 *
 * @returns null for an unused database.
 * @throws StorageError
 */
export function readLastRun(path: string): LastRun | null {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return null;
  const sqlite = openSqlite(path);
  try {
    return mapSqliteErrors(() => {
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

/** @param run.timeline of a database that was put back; null where it goes on. */
export async function beginRun(
  db: Database,
  run: { readonly id: string; readonly timeline: string | null; readonly atMs: number },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (run.timeline !== null) {
      await beginTimeline(transaction, run.timeline, run.atMs);
      await removeAllPublications(transaction);
    }
    await forgetTimelines(transaction, run.atMs);
    await transaction.deleteFrom('run').execute();
    const version = sql<number>`(select schema_version from pragma_schema_version)`;
    await transaction.insertInto('run').values({ id: run.id, schema_version: version }).execute();
  });
}

/** @returns null for a database that no server has used yet. @throws StorageError */
export async function readTimeline(db: Database): Promise<string | null> {
  const row = await db
    .selectFrom('timeline')
    .select('id')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** @returns when the current one began; 0 for a database that no server has used yet. @throws StorageError */
export async function readTimelineStart(db: Database): Promise<number> {
  const row = await db
    .selectFrom('timeline')
    .select('began_at')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.began_at ?? 0;
}

export async function beginTimeline(db: Database, id: string, atMs: number): Promise<void> {
  await db.insertInto('timeline').values({ id, began_at: atMs }).execute();
}

export async function forgetTimelines(db: Database, atMs: number): Promise<void> {
  const next = db
    .selectFrom('timeline as next')
    .select('next.number')
    .where('next.began_at', '<=', atMs - RETURN_MS)
    .where('next.number', '=', sql<number>`timeline.number + 1`);
  await db
    .deleteFrom('timeline')
    .where(({ exists }) => exists(next))
    .execute();
}

export function readTimelines(sqlite: Sqlite): Timelines {
  const rows = sqlite
    .prepare('select id from timeline order by number desc limit ? + 0')
    .all(MAX_TIMELINES);
  const [current, ...earlier] = (rows as { readonly id: string }[]).map(({ id }) => id);
  if (current === undefined) throw new Error('the database has no timeline');
  return { current, earlier };
}
