import { ManualClock } from '@tandem/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../runtime/clock.ts';
import { migrations } from './migrations.ts';
import { openDatabase } from './sqlite/database.ts';
import { LocalExecutor } from './sqlite/executor.ts';
import { temporaryPath } from './testing/temporary-database.ts';

async function open(path: string) {
  const db = await openDatabase(new LocalExecutor(path));
  onTestFinished(() => db.destroy());
  return db;
}

test('names sort in execution order, from 0001', () => {
  const names = migrations('sqlite', systemClock).map(({ name }) => name);
  expect(names).toEqual(names.toSorted());
  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, i) => i + 1));
});

test('UP3 each migration needs itself or one before it', () => {
  const all = migrations('postgres', systemClock);
  for (const [at, { needs }] of all.entries())
    expect(all.slice(0, at + 1).map(({ name }) => name)).toContain(needs);
});

test('opening a database again keeps its rows', async () => {
  const path = await temporaryPath();
  const before = await open(path);
  const ada = { id: 'ada', name: 'Ada', color: 3, created_at: 1 };
  await before.insertInto('user').values(ada).execute();
  const timelines = await before.selectFrom('timeline').selectAll().execute();
  await before.destroy();
  const db = await open(path);
  expect(await db.selectFrom('user').selectAll().execute()).toMatchObject([ada]);
  expect(await db.selectFrom('timeline').selectAll().execute()).toEqual(timelines);
});

test('channels begin with another epoch in another database', async () => {
  const epochs = new Set<string>();
  for (let i = 0; i < 2; i++) {
    const [row] = await (await open(':memory:')).selectFrom('timeline').selectAll().execute();
    epochs.add(row!.id);
  }
  expect(epochs.size).toBe(2);
});

test('the first timeline begins at the time of the clock', async () => {
  const db = await openDatabase(new LocalExecutor(':memory:'), new ManualClock(1_700_000_000_000));
  onTestFinished(() => db.destroy());
  const timelines = await db.selectFrom('timeline').selectAll().execute();
  expect(timelines).toMatchObject([{ began_at: 1_700_000_000_000 }]);
});
