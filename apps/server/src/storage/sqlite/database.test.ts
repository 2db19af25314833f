import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { LocalExecutor } from './executor.ts';
import { MIGRATIONS } from '../migrations.ts';
import {
  temporaryDatabase,
  temporaryDatabaseFile,
  temporaryPath,
} from '../testing/temporary-database.ts';

test('an empty file gets all tables', async () => {
  const db = await temporaryDatabase();
  const tables = await db.introspection.getTables();
  expect(tables.map((table) => table.name).toSorted()).toEqual([
    'channel',
    'chat_message',
    'chat_reaction',
    'client',
    'command',
    'document',
    'event',
    'journal',
    'member',
    'run',
    'session',
    'snapshot',
    'timeline',
    'update',
    'user',
    'visit',
  ]);
});

test('a file that is up to date is left as it is', async () => {
  const path = await temporaryDatabaseFile();
  const db = await openDatabase(new LocalExecutor(path));
  await db.insertInto('user').values({ id: 'u', name: 'Ada', color: 1, created_at: 5 }).execute();
  await db.destroy();
  const again = await openDatabase(new LocalExecutor(path));
  expect(await again.selectFrom('user').selectAll().execute()).toEqual([
    { id: 'u', name: 'Ada', color: 1, created_at: 5 },
  ]);
  await again.destroy();
});

test('migrations run in the order of their names', () => {
  expect(Object.keys(MIGRATIONS)).toEqual(Object.keys(MIGRATIONS).toSorted());
});

test('a file that is not a database is told apart and left as it is', async () => {
  const path = await temporaryPath();
  await writeFile(path, 'my notes '.repeat(500));
  expect(() => new LocalExecutor(path)).toThrow(
    expect.objectContaining({ name: 'DatabaseError', failure: 'not-a-database' }),
  );
  expect(await readFile(path, 'utf8')).toBe('my notes '.repeat(500));
});

test('a transaction is written as a whole or not at all', async () => {
  const db = await temporaryDatabase();
  const user = { id: 'u', name: 'Ada', color: 1, created_at: 5 };
  const attempt = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('user').values(user).execute();
    throw new Error('changed my mind');
  });
  await expect(attempt).rejects.toThrow('changed my mind');
  expect(await db.selectFrom('user').selectAll().execute()).toEqual([]);
});

test('queries beside a transaction wait for its end', async () => {
  const db = await temporaryDatabase();
  const order: string[] = [];
  const transaction = db.transaction().execute(async (trx) => {
    await trx
      .insertInto('user')
      .values({ id: 'u', name: 'Ada', color: 1, created_at: 5 })
      .execute();
    await trx.deleteFrom('user').execute();
    order.push('transaction');
  });
  const query = db
    .selectFrom('user')
    .selectAll()
    .execute()
    .then((rows) => order.push(`query saw ${rows.length}`));
  await Promise.all([transaction, query]);
  expect(order).toEqual(['transaction', 'query saw 0']);
});

test('a query that fails does not keep the others waiting', async () => {
  const db = await temporaryDatabase();
  const user = { id: 'u', name: 'Ada', color: 1, created_at: 5 };
  await db.insertInto('user').values(user).execute();
  await expect(db.insertInto('user').values(user).execute()).rejects.toMatchObject({
    name: 'DatabaseError',
    failure: 'failed',
  });
  expect(await db.selectFrom('user').selectAll().execute()).toHaveLength(1);
});

test('an update says how many rows it changed', async () => {
  const db = await temporaryDatabase();
  await db
    .insertInto('user')
    .values([1, 2].map((n) => ({ id: `${n}`, name: 'Ada', color: n, created_at: n })))
    .execute();
  expect((await db.updateTable('user').set({ color: 3 }).executeTakeFirst()).numUpdatedRows).toBe(
    2n,
  );
});
