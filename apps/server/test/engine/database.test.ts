import { writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/sqlite/database.ts';
import { createDocument, findDocument } from '../../src/storage/documents.ts';
import { temporaryPath } from '../../src/storage/testing/temporary-database.ts';
import { WorkerExecutor } from '../../src/storage/sqlite/worker-executor.ts';
import { createWriteLockMemory } from '../../src/storage/sqlite/write-lock.ts';
import { bundleEngine, type EngineBundle } from './bundle.ts';

let bundle: EngineBundle;
beforeAll(async () => {
  bundle = await bundleEngine();
});
afterAll(() => bundle[Symbol.asyncDispose]());

const executor = (path: string) =>
  new WorkerExecutor({
    path,
    lock: createWriteLockMemory(),
    workerUrl: bundle.url('database-worker.js'),
  });

test('queries run in the worker, including bytes and transactions', async () => {
  const db = await openDatabase(executor(await temporaryPath()));
  await createDocument(db, { id: 'a', kind: 'page', title: 'A', owner: null, at: 1 });
  expect(await findDocument(db, 'a')).toMatchObject({ title: 'A', owner: null });
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('snapshot')
      .values({ document: 'a', data: Uint8Array.of(1, 2, 3) })
      .execute();
  });
  expect(await db.selectFrom('snapshot').select('data').executeTakeFirst()).toEqual({
    data: Uint8Array.of(1, 2, 3),
  });
  await db.destroy();
});

test('an error in the worker comes back as a StorageError', async () => {
  const db = await openDatabase(executor(await temporaryPath()));
  await expect(sql`select * from nowhere`.execute(db)).rejects.toMatchObject({
    name: 'StorageError',
    retryable: false,
  });
  await db.destroy();
});

test('a file that is not a database fails before anything is written', async () => {
  const path = await temporaryPath();
  await writeFile(path, 'not a database '.repeat(100));
  await expect(openDatabase(executor(path))).rejects.toMatchObject({
    name: 'StorageError',
    damaged: true,
  });
});

test('after a worker has ended, the next query starts another', async () => {
  const path = await temporaryPath();
  const first = executor(path);
  const db = await openDatabase(first);
  await createDocument(db, { id: 'a', kind: 'page', title: 'A', owner: null, at: 1 });
  const interrupted = expect(findDocument(db, 'a')).rejects.toMatchObject({
    name: 'StorageError',
  });
  await first.close();
  await interrupted;
  expect(await findDocument(db, 'a')).toMatchObject({ title: 'A' });
  await db.destroy();
});
