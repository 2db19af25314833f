import { expect, onTestFinished, test } from 'vitest';
import { temporaryPath } from '../testing/temporary-database.ts';
import { hideLimits, LocalExecutor } from './executor.ts';
import type { WriteLock } from './write-lock.ts';

async function start() {
  const calls: string[] = [];
  const lock: WriteLock = {
    hold() {
      calls.push('hold');
      return { [Symbol.dispose]: () => void calls.push('release') };
    },
    run(work) {
      calls.push('run');
      return work();
    },
    runAsync: (work) => work(),
  };
  const executor = new LocalExecutor(await temporaryPath(), lock);
  onTestFinished(() => executor.close());
  await executor.execute('create table t (n integer primary key)', []);
  calls.length = 0;
  const run = (...statements: string[]) =>
    statements.reduce<Promise<unknown>>(
      (before, sql) => before.then(() => executor.execute(sql, [])),
      Promise.resolve(),
    );
  return { calls, run };
}

test('a transaction holds the write lock from its beginning to its end', async () => {
  const { calls, run } = await start();
  await run('BEGIN IMMEDIATE', 'insert into t values (1)', 'select * from t');
  expect(calls).toEqual(['hold']);
  await run('COMMIT');
  expect(calls).toEqual(['hold', 'release']);
  await run('insert into t values (2)', 'select * from t');
  expect(calls).toEqual(['hold', 'release', 'run']);
});

test('a failed statement and a failed commit keep it until the rollback', async () => {
  const { calls, run } = await start();
  await run('PRAGMA foreign_keys = ON');
  await run(
    'create table child (n integer references t (n) deferrable initially deferred)',
    'BEGIN IMMEDIATE',
    'insert into child values (9)',
  );
  calls.length = 0;
  await expect(run('insert into t values (1), (1)')).rejects.toThrow();
  await expect(run('COMMIT')).rejects.toThrow();
  expect(calls).toEqual([]);
  await run('ROLLBACK');
  expect(calls).toEqual(['release']);
  await expect(run('ROLLBACK')).rejects.toThrow();
  expect(calls).toEqual(['release']);
});

test('reading transactions hold nothing', async () => {
  const { calls, run } = await start();
  await run('BEGIN DEFERRED', 'select * from t', 'ROLLBACK');
  expect(calls).toEqual([]);
});

test('SQLite sees no limit that is a parameter', async () => {
  expect(hideLimits('select n from t limit ? offset ?')).toBe(
    'select n from t limit ? + 0 offset ? + 0',
  );
  expect(hideLimits('select n from (select n from t LIMIT ?)')).toContain('LIMIT ? + 0)');
  const executor = new LocalExecutor(await temporaryPath());
  onTestFinished(() => executor.close());
  const rows = 'with t(n) as (values (1), (2), (3)) select n from t order by n limit ? offset ?';
  expect((await executor.execute(rows, [1, 1])).rows).toEqual([{ n: 2 }]);
  expect((await executor.execute(rows, [2, 0])).rows).toEqual([{ n: 1 }, { n: 2 }]);
});
