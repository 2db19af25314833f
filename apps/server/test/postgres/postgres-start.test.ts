import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ManualClock } from '@tandem/testkit';
import { Client } from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { migrations, type Migration } from '../../src/storage/migrations.ts';
import { checkPostgres, joinCluster } from '../../src/storage/postgres/postgres-cluster.ts';
import { PostgresLog } from '../../src/storage/postgres/postgres-log.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { addPublication, readPublication } from '../../src/storage/publications.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { RunningServer, runToEnd, temporaryFolder } from '../running-server.ts';

const database = () => createDatabase(inject('postgres'));

async function open(url: string, known?: readonly Migration[]) {
  const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
    clock: known === undefined ? new ManualClock(1_700_000_000_000) : systemClock,
    known,
  });
  onTestFinished(() => db.destroy());
  return db;
}

async function run(url: string, ...statements: readonly string[]) {
  const client = new Client({ connectionString: url });
  await client.connect();
  const results = [];
  for (const statement of statements) results.push(await client.query(statement));
  await client.end();
  return results.at(-1)?.rows;
}

test('servers that start at the same time create the tables once', async () => {
  const url = await database();
  const all = await Promise.all([1, 2, 3, 4].map(() => open(url)));
  const clusters = await Promise.all(all.map((db) => joinCluster(db)));
  expect(new Set(clusters.map(({ id, secret }) => id + secret)).size).toBe(1);
  expect(await run(url, 'select name from migration')).toEqual([{ name: '0001-schema' }]);
  expect(await run(url, 'select count(*)::int as count from timeline')).toEqual([{ count: 1 }]);
});

test('a server that takes over begins a timeline, and the same server does not', async () => {
  const url = await database();
  const db = await open(url);
  await joinCluster(db);
  await joinCluster(db);
  const count = () => run(url, 'select count(*)::int as count from timeline');
  expect(await count()).toEqual([{ count: 1 }]);
  await run(url, "update cluster set wal_timeline = '00000009'");
  await joinCluster(db);
  expect(await count()).toEqual([{ count: 2 }]);
});

test('PB11 nothing is published once an operator says that Postgres went back; a server that takes over says nothing', async () => {
  const url = await database();
  const db = await open(url);
  await joinCluster(db);
  await addPublication(db, { document: 'plan', id: '0'.repeat(32), by: 'ada', at: 0 });
  await run(url, "update cluster set wal_timeline = '00000009'");
  await joinCluster(db);
  expect(await readPublication(db, 'plan')).not.toBeNull();
  await run(url, "update cluster set wal_timeline = 'restored'");
  await joinCluster(db);
  expect(await readPublication(db, 'plan')).toBeNull();
  expect(await run(url, 'select count(*)::int as count from timeline')).toEqual([{ count: 3 }]);
});

test('PB11 a restore that several nodes notice ends what was published before, and nothing that was published since', async () => {
  const url = await database();
  const db = await open(url);
  await joinCluster(db);
  const logs = ['a', 'b'].map(
    (node) => new PostgresLog(new Postgres({ url, connections: 1, name: 'test' }), node),
  );
  onTestFinished(async () => {
    for (const log of logs) await log[Symbol.asyncDispose]();
  });
  const [a, b] = logs as [PostgresLog, PostgresLog];
  for (let i = 0; i < 3; i++) await a.append({ channels: [], effects: [] });
  for (const log of [a, b]) await log.readAfter(0);
  await addPublication(db, { document: 'plan', id: '0'.repeat(32), by: 'ada', at: 0 });
  const notice = async (log: PostgresLog) => {
    const read = await log.readAfter(3);
    expect(read).toMatchObject({ kind: 'parted', restoredAfter: expect.any(Number) });
    if (read.kind === 'parted') await joinCluster(db, read);
  };
  const count = () => run(url, 'select count(*)::int as count from timeline');
  await run(url, 'update cluster set log_head = 1');
  await notice(a);
  expect(await readPublication(db, 'plan')).toBeNull();
  expect(await count()).toEqual([{ count: 2 }]);
  await addPublication(db, { document: 'plan', id: '1'.repeat(32), by: 'ada', at: 0 });
  await notice(b);
  expect(await readPublication(db, 'plan')).not.toBeNull();
  expect(await count()).toEqual([{ count: 2 }]);
  // The next restore is another one.
  for (const log of [a, b]) await log.readAfter(1);
  await run(url, 'update cluster set log_head = 0');
  const again = await b.readAfter(1);
  expect(again.kind).toBe('parted');
  if (again.kind === 'parted') await joinCluster(db, again);
  expect(await readPublication(db, 'plan')).toBeNull();
});

const ADDING: Migration = {
  name: '0998-adding',
  needs: '0001-schema',
  up: (db) => db.schema.alterTable('document').addColumn('later', 'text').execute(),
};
const REMOVING: Migration = {
  name: '0999-removing',
  needs: '0998-adding',
  up: (db) => db.schema.alterTable('document').dropColumn('excerpt').execute(),
};
const current = migrations('postgres', systemClock);

test('UP1 servers of the next version that start at the same time migrate once', async () => {
  const url = await database();
  await open(url);
  await Promise.all([1, 2, 3].map(() => open(url, [...current, ADDING])));
  expect(await run(url, 'select name, needs from migration order by name')).toEqual([
    { name: '0001-schema', needs: '0001-schema' },
    { name: '0998-adding', needs: '0001-schema' },
  ]);
});

test('UP2 a version goes on with a schema that only has more than its own', async () => {
  const url = await database();
  await open(url, [...current, ADDING]);
  const db = await open(url);
  expect(await db.selectFrom('document').select('id').execute()).toEqual([]);
});

test('UP2 a schema that has less than a version needs is refused, and not touched', async () => {
  const url = await database();
  await open(url, [...current, ADDING, REMOVING]);
  await expect(open(url)).rejects.toThrow(/A newer version .*Nothing was changed.*0999-removing/);
  // A version that knows what the last migration needs does without the rest.
  await open(url, [...current, ADDING]);
});

test('UP4 a migration that waits for a table lets others go first, and is tried again', async () => {
  const url = await database();
  await open(url);
  const reader = new Client({ connectionString: url });
  await reader.connect();
  await reader.query('begin; lock table document in access share mode');
  const opened = open(url, [...current, ADDING]);
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    const beganMs = performance.now();
    await run(url, 'select count(*) from document');
    waits.push(performance.now() - beganMs);
    await sleep(500);
  }
  // Those behind the migration wait for as long as the reader stays, if it lets nobody go first.
  expect(Math.max(...waits)).toBeLessThan(10_000);
  expect(await run(url, 'select count(*)::int as count from migration')).toEqual([{ count: 1 }]);
  await reader.query('commit');
  await reader.end();
  await opened;
  expect(await run(url, 'select count(*)::int as count from migration')).toEqual([{ count: 2 }]);
});

test('a database of another application is not touched', async () => {
  const url = await database();
  await run(url, 'create table invoice (id int)');
  await expect(open(url)).rejects.toThrow(/another application.*invoice/);
  expect(
    await run(
      url,
      'select table_name from information_schema.tables where table_schema = current_schema()',
    ),
  ).toEqual([{ table_name: 'invoice' }]);
});

test('says what weakens a promise, and refuses a server on which saved text could be lost', async () => {
  const url = await database();
  await using postgres = new Postgres({ url, connections: 1, name: 'test' });
  expect(await checkPostgres(postgres)).toEqual([]);
  const name = new URL(url).pathname.slice(1);
  await run(url, `alter database ${name} set synchronous_commit = off`);
  await using later = new Postgres({ url, connections: 1, name: 'test' });
  expect(await checkPostgres(later)).toEqual([expect.stringContaining('synchronous_commit = off')]);
});

test('a database that cannot be used ends the start with a sentence, without its password', async () => {
  const folder = encodeURIComponent(inject('postgres'));
  const DATA_DIR = await temporaryFolder();
  for (const [url, sentence] of [
    [`postgres://ana:geheim@localhost/nowhere?host=${folder}`, 'refuses the user or the database'],
    ['postgres://ana:geheim@127.0.0.1:9/docs', 'does not answer'],
    ['postgres://ana:geheim@db', 'DATABASE_URL names no database'],
    ['mysql://ana:geheim@db/docs', 'DATABASE_URL is not the address of a Postgres database'],
  ] as const) {
    const { code, output } = await runToEnd({ DATABASE_URL: url, DATA_DIR, PORT: '0' });
    expect(output).toContain(sentence);
    expect(output).not.toContain('geheim');
    expect(code).toBe(1);
  }
});

test('a server with Postgres leaves its data folder alone', async () => {
  const server = await RunningServer.start();
  expect(server.output).toContain('"database":"postgres://');
  expect(server.output).not.toContain('dataDir');
  expect(await readdir(server.dataDir)).toEqual([]);
});
