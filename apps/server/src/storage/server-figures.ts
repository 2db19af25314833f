/** How much there is on the server, in the whole and by who has uploaded the most: AD6 in `accounts/README.md`. */
import type { ServerFigures } from '@tandem/protocol/administration';
import { sql } from 'kysely';
import { ADMINISTRATION } from '../limits.ts';
import type { DatabaseKind } from './schema/schema-parts.ts';
import type { Database } from './tables.ts';
import { findUsers } from './users.ts';

export async function readServerFigures(db: Database, kind: DatabaseKind): Promise<ServerFigures> {
  return {
    people: await countPeople(db),
    documents: await countDocuments(db),
    files: await countFiles(db),
    databaseBytes: await measureDatabase(db, kind),
    largest: await findLargest(db),
  };
}

async function countPeople(db: Database): Promise<ServerFigures['people']> {
  const row = await db
    .selectFrom('user')
    .select([
      sql<number>`count(registered_at)`.as('accounts'),
      sql<number>`coalesce(sum(is_administrator), 0)`.as('administrators'),
      sql<number>`count(blocked_at)`.as('blocked'),
      sql<number>`count(*) - count(registered_at)`.as('guests'),
    ])
    .where('merged_into', 'is', null)
    .executeTakeFirstOrThrow();
  return {
    accounts: Number(row.accounts),
    administrators: Number(row.administrators),
    blocked: Number(row.blocked),
    guests: Number(row.guests),
  };
}

async function countDocuments(db: Database): Promise<ServerFigures['documents']> {
  const row = await db
    .selectFrom('document')
    .select([
      sql<number>`count(*) - count(trashed_at)`.as('active'),
      sql<number>`count(trashed_at)`.as('trashed'),
    ])
    .where('purged_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { active: Number(row.active), trashed: Number(row.trashed) };
}

async function countFiles(db: Database): Promise<ServerFigures['files']> {
  const row = await db
    .selectFrom('file')
    .select([sql<number>`count(*)`.as('count'), sql<number>`coalesce(sum(size), 0)`.as('bytes')])
    .where('state', '=', sql.lit('stored'))
    .executeTakeFirstOrThrow();
  return { count: Number(row.count), bytes: Number(row.bytes) };
}

async function measureDatabase(db: Database, kind: DatabaseKind): Promise<number> {
  const size =
    kind === 'sqlite'
      ? sql<{ bytes: number }>`select page_count * page_size as bytes
          from pragma_page_count(), pragma_page_size()`
      : sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`;
  const { rows } = await size.execute(db);
  return Number(rows[0]?.bytes ?? 0);
}

async function findLargest(db: Database): Promise<ServerFigures['largest']> {
  const rows = await db
    .selectFrom('file')
    .select(['created_by', sql<number>`count(*)`.as('files'), sql<number>`sum(size)`.as('bytes')])
    .where('state', '=', sql.lit('stored'))
    .groupBy('created_by')
    .orderBy('bytes', 'desc')
    .orderBy('created_by')
    .limit(ADMINISTRATION.maxLargest)
    .execute();
  const users = new Map(
    (
      await findUsers(
        db,
        rows.map((row) => row.created_by),
      )
    ).map((user) => [user.id, user]),
  );
  return rows.flatMap(({ created_by, files, bytes }) => {
    const user = users.get(created_by);
    return user === undefined ? [] : [{ user, files: Number(files), bytes: Number(bytes) }];
  });
}
