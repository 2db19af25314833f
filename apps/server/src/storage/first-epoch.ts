/**
 * The epoch with which channels begin. It is another in another database, so that nobody's position in
 * one is taken for a position in the other.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from './tables.ts';

/** The row that is no channel's. */
const KEY = '';

export async function firstEpoch(db: Database): Promise<string> {
  const row = await find(db);
  if (row !== undefined) return row.epoch;
  await db
    .insertInto('channel')
    .values({ key: KEY, epoch: randomUUID(), head: 0 })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return (await find(db))!.epoch;
}

async function find(db: Database): Promise<{ readonly epoch: string } | undefined> {
  return await db.selectFrom('channel').select('epoch').where('key', '=', KEY).executeTakeFirst();
}
