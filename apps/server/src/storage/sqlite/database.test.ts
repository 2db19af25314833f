import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { LocalExecutor } from './executor.ts';
import {
  temporaryDatabase,
  temporaryDatabaseFile,
  temporaryPath,
} from '../testing/temporary-database.ts';

test('opening an empty file creates all tables', async () => {
  const db = await temporaryDatabase();
  const tables = await db.introspection.getTables();
  expect(tables.map((table) => table.name).toSorted()).toEqual([
    'chat_author',
    'chat_message',
    'chat_reaction',
    'client',
    'command',
    'document',
    'event',
    'journal',
    'member',
    'recent',
    'run',
    'session',
    'snapshot',
    'timeline',
    'update',
    'user',
    'visit',
  ]);
});

test('opening a current file changes nothing', async () => {
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

test('opening a file that is not a database fails and does not change it', async () => {
  const path = await temporaryPath();
  await writeFile(path, 'my notes '.repeat(500));
  expect(() => new LocalExecutor(path)).toThrow(
    expect.objectContaining({ name: 'StorageError', damaged: true }),
  );
  expect(await readFile(path, 'utf8')).toBe('my notes '.repeat(500));
});

test('a failed transaction writes nothing', async () => {
  const db = await temporaryDatabase();
  const user = { id: 'u', name: 'Ada', color: 1, created_at: 5 };
  const attempt = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('user').values(user).execute();
    throw new Error('aborted');
  });
  await expect(attempt).rejects.toThrow('aborted');
  expect(await db.selectFrom('user').selectAll().execute()).toEqual([]);
});

test('other queries wait for the end of a transaction', async () => {
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

test('a failed query does not block later ones', async () => {
  const db = await temporaryDatabase();
  const user = { id: 'u', name: 'Ada', color: 1, created_at: 5 };
  await db.insertInto('user').values(user).execute();
  await expect(db.insertInto('user').values(user).execute()).rejects.toMatchObject({
    name: 'StorageError',
    retryable: false,
  });
  expect(await db.selectFrom('user').selectAll().execute()).toHaveLength(1);
});

test('an update returns the number of changed rows', async () => {
  const db = await temporaryDatabase();
  await db
    .insertInto('user')
    .values([1, 2].map((n) => ({ id: `${n}`, name: 'Ada', color: n, created_at: n })))
    .execute();
  expect((await db.updateTable('user').set({ color: 3 }).executeTakeFirst()).numUpdatedRows).toBe(
    2n,
  );
});
