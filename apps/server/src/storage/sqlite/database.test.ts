import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { connectDatabase, openDatabase } from './database.ts';
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
    'access_request',
    'api_token',
    'audit',
    'client',
    'command',
    'comment_thread',
    'digest',
    'document',
    'document_ancestor',
    'document_link',
    'event',
    'file',
    'former_listing',
    'group_member',
    'group_role',
    'history',
    'identity',
    'invited_address',
    'job',
    'journal',
    'link_entry',
    'link_terms',
    'member',
    'message',
    'migration',
    'named_version',
    'notification',
    'one_time',
    'participant',
    'passkey',
    'person_group',
    'publication',
    'reaction',
    'recent',
    'removed_identity',
    'run',
    'search_document',
    'search_part',
    'search_terms',
    'search_terms_config',
    'search_terms_data',
    'search_terms_docsize',
    'search_terms_idx',
    'session',
    'setting',
    'snapshot',
    'timeline',
    'update',
    'user',
    'visit',
    'webhook',
    'webhook_delivery',
  ]);
});

test('opening a current file changes nothing', async () => {
  const path = await temporaryDatabaseFile();
  const db = await openDatabase(new LocalExecutor(path));
  await db.insertInto('user').values({ id: 'u', name: 'Ada', color: 1, created_at: 5 }).execute();
  await db.destroy();
  const again = await openDatabase(new LocalExecutor(path));
  expect(await again.selectFrom('user').selectAll().execute()).toMatchObject([
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

test('other queries wait for the end of a transaction, in their order', async () => {
  const db = await temporaryDatabase();
  const user = { id: 'u', name: 'Ada', color: 1, created_at: 5 };
  const order: string[] = [];
  const read = async (name: string) => {
    const rows = await db.selectFrom('user').selectAll().execute();
    order.push(`${name} saw ${rows.length}`);
  };
  const others: Promise<void>[] = [];
  await db.transaction().execute(async (first) => {
    await first.insertInto('user').values(user).execute();
    others.push(read('before the second'));
    others.push(
      db.transaction().execute(async (second) => {
        await second.insertInto('user').values(user).execute();
        others.push(read('during the second'));
        await second.deleteFrom('user').execute();
        order.push('second');
      }),
    );
    await first.deleteFrom('user').execute();
    order.push('first');
  });
  await Promise.all(others);
  await Promise.all(others);
  expect(order).toEqual(['first', 'before the second saw 0', 'second', 'during the second saw 0']);
});

test('transactions that begin in the same tick do not mix', async () => {
  const db = await temporaryDatabase();
  const user = (id: string) => ({ id, name: 'Ada', color: 1, created_at: 5 });
  const undone = db.transaction().execute(async (first) => {
    await first.insertInto('user').values(user('undone')).execute();
    throw new Error('undone');
  });
  const kept = db.transaction().execute(async (second) => {
    await second.insertInto('user').values(user('kept')).execute();
  });
  const other = db.insertInto('user').values(user('other')).execute();
  await expect(undone).rejects.toThrow('undone');
  await Promise.all([kept, other]);
  const rows = await db.selectFrom('user').select('id').orderBy('id').execute();
  expect(rows.map(({ id }) => id)).toEqual(['kept', 'other']);
});

test('a transaction that cannot begin does not block later queries', async () => {
  const path = await temporaryDatabaseFile();
  const executor = new LocalExecutor(path);
  const waiting = connectDatabase({
    execute: async (sql, parameters) => {
      if (sql.startsWith('BEGIN')) throw new Error('no lock');
      return await executor.execute(sql, parameters);
    },
    close: () => executor.close(),
  });
  const attempt = waiting.transaction().execute(async () => {});
  await expect(attempt).rejects.toThrow('no lock');
  expect(await waiting.selectFrom('user').selectAll().execute()).toEqual([]);
  await waiting.destroy();
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
