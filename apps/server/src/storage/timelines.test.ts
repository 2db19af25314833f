import { expect, test } from 'vitest';
import { chatKey } from './channel-key.ts';
import { readHead } from './channel-states.ts';
import { addPublication, readPublication } from './publications.ts';
import { openDatabase } from './sqlite/database.ts';
import { LocalExecutor } from './sqlite/executor.ts';
import { openSqlite, type Sqlite } from './sqlite/sqlite.ts';
import { temporaryPath } from './testing/temporary-database.ts';
import { beginRun, MAX_TIMELINES, readLastRun, readTimelines, RETURN_MS } from './timelines.ts';

const CHAT = chatKey('d');

async function used(...runs: readonly Parameters<typeof beginRun>[1][]): Promise<string> {
  const path = await temporaryPath();
  const db = await openDatabase(new LocalExecutor(path));
  await db.insertInto('event').values({ channel: CHAT, offset: 4, data: '{}', at: 1 }).execute();
  for (const run of runs) await beginRun(db, run);
  await db.destroy();
  return path;
}

function read<T>(path: string, work: (sqlite: Sqlite) => T): T {
  const sqlite = openSqlite(path);
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

test('a missing or unused database has no last run', async () => {
  expect(readLastRun(await temporaryPath())).toBeNull();
  expect(readLastRun(await used())).toBeNull();
});

test('RS1 the last run is known, and a copy is recognised', async () => {
  const path = await used(
    { id: 'a', timeline: null, atMs: 1 },
    { id: 'b', timeline: null, atMs: 2 },
  );
  expect(readLastRun(path)).toEqual({ id: 'b', isCopy: false });
  const copy = `${path}-copy`;
  read(path, (sqlite) => sqlite.exec(`VACUUM INTO '${copy}'`));
  expect(readLastRun(copy)).toEqual({ id: 'b', isCopy: true });
  expect(readLastRun(path)).toEqual({ id: 'b', isCopy: false });
});

test('RS1 RS6 a restore begins a timeline and a new epoch of every channel; a normal start does not', async () => {
  const path = await used({ id: 'a', timeline: null, atMs: 1 });
  const [before] = [read(path, readTimelines)];
  expect(before.earlier).toEqual([]);
  const db = await openDatabase(new LocalExecutor(path));
  await beginRun(db, { id: 'b', timeline: 'restored', atMs: 5 });
  await beginRun(db, { id: 'c', timeline: null, atMs: 6 });
  const heads = [await readHead(db, CHAT), await readHead(db, chatKey('quiet'))];
  await db.destroy();
  expect(heads).toEqual([
    { epoch: 'restored', offset: 4 },
    { epoch: 'restored', offset: 0 },
  ]);
  expect(read(path, readTimelines)).toEqual({ current: 'restored', earlier: [before.current] });
});

test('RS5 a timeline that ended long ago is deleted, the current one never', async () => {
  const path = await used(
    { id: 'a', timeline: 'one', atMs: 10 },
    { id: 'b', timeline: 'two', atMs: 20 },
    { id: 'c', timeline: null, atMs: 20 + RETURN_MS - 1 },
  );
  expect(read(path, readTimelines)).toEqual({ current: 'two', earlier: ['one'] });
  const db = await openDatabase(new LocalExecutor(path));
  await beginRun(db, { id: 'd', timeline: null, atMs: 20 + RETURN_MS });
  await db.destroy();
  expect(read(path, readTimelines)).toEqual({ current: 'two', earlier: [] });
});

test('RS5 the newest timelines are kept, up to a limit', async () => {
  const names = Array.from({ length: MAX_TIMELINES + 1 }, (_, number) => `restore ${number}`);
  const path = await used(...names.map((timeline, atMs) => ({ id: timeline, timeline, atMs })));
  const [current, ...earlier] = names.toReversed().slice(0, MAX_TIMELINES);
  expect(read(path, readTimelines)).toEqual({ current, earlier });
});

test('PB11 a database that was put back has nothing published; a normal start changes nothing', async () => {
  const path = await used({ id: 'a', timeline: null, atMs: 1 });
  const db = await openDatabase(new LocalExecutor(path));
  await addPublication(db, { document: 'plan', id: 'f'.repeat(32), by: 'ada', at: 1 });
  await beginRun(db, { id: 'b', timeline: null, atMs: 5 });
  expect(await readPublication(db, 'plan')).not.toBeNull();
  await beginRun(db, { id: 'c', timeline: 'restored', atMs: 6 });
  expect(await readPublication(db, 'plan')).toBeNull();
  await db.destroy();
});
