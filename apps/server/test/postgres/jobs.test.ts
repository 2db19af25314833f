/** Jobs run once in a cluster, also when a node dies between. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { build } from 'rolldown';
import { expect, inject, onTestFinished, test } from 'vitest';
import configuration from '../../rolldown.config.mjs';
import { JOBS } from '../../src/jobs/limits.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { DatabaseJobStore } from '../../src/storage/jobs/database-job-store.ts';
import { JOB_KINDS, type JobKind } from '../../src/storage/jobs/job-store.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { RunningServer, temporaryFolder } from '../running-server.ts';

const METRICS_TOKEN = 'token-of-the-operator';
const SWEEP_MS = 1_000;
const POLL = { timeout: 60_000, interval: 50 };

async function openDatabase(url: string) {
  const postgres = new Postgres({ url, connections: 2, name: 'test' });
  const db = await openPostgres(postgres, { clock: systemClock });
  onTestFinished(() => db.destroy());
  return db;
}

async function bundleProcess(): Promise<string> {
  const root = resolve(import.meta.dirname, '../..');
  await mkdir(join(root, '.cache'), { recursive: true });
  const dir = await mkdtemp(join(root, '.cache/jobs-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const input = { 'job-process': join(import.meta.dirname, 'job-process.ts') };
  await build({ ...configuration, input, output: { ...configuration.output, dir } });
  return join(dir, 'job-process.js');
}

interface Run {
  readonly what: string;
  readonly node: string;
  readonly attempt: number;
  readonly at: number;
}

test('a node that is killed leaves its jobs to another one, and nothing runs twice but what it was doing', async () => {
  const url = await createDatabase(inject('postgres'));
  const db = await openDatabase(url);
  await sql`create table ran (what text, node text, attempt bigint, at bigint)`.execute(db);
  const store = new DatabaseJobStore({ db, kind: 'postgres', clock: systemClock });
  const keys = Array.from({ length: 800 }, (_, i) => `person ${i}`);
  const runs = async (): Promise<readonly Run[]> =>
    (await sql<Run>`select * from ran order by at`.execute(db)).rows;

  const program = await bundleProcess();
  const [one] = ['one', 'two'].map((name) => {
    const child = spawn(process.execPath, [program, url, name], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  });
  const connected = sql`select distinct application_name from pg_stat_activity
    where datname = current_database() and application_name in ('one', 'two')`;
  // Otherwise the one that starts first on a busy machine may leave nothing to the other.
  await expect.poll(async () => (await connected.execute(db)).rows.length, POLL).toBe(2);
  await store.enqueue(
    keys.map((key) => ({ kind: 'mail', key, input: JSON.stringify(key), delayMs: 0 })),
  );
  const ranOn = async (name: string) => (await runs()).filter(({ node }) => node === name).length;
  await expect.poll(() => ranOn('one'), POLL).toBeGreaterThan(50);
  await expect.poll(() => ranOn('two'), POLL).toBeGreaterThan(50);
  one?.kill('SIGKILL');
  const left = async () => {
    const count = sql<{ jobs: number }>`select count(*) as jobs from job where kind = 'mail'`;
    return (await count.execute(db)).rows[0]?.jobs;
  };
  await expect.poll(left, POLL).toBe(0);
  const killed = (await runs()).filter(({ node }) => node === 'one').at(-1)?.at as number;
  const sweepsOfOther = async () =>
    (await runs()).filter(({ what, at }) => what === 'sweep' && at > killed + 3_000).length;
  await expect.poll(sweepsOfOther, POLL).toBeGreaterThan(1);

  const all = await runs();
  const mails = all.filter(({ what }) => what !== 'sweep');
  expect(new Set(mails.map(({ what }) => what))).toEqual(new Set(keys));
  const repeated = keys.filter((key) => mails.filter(({ what }) => what === key).length > 1);
  expect(repeated.length).toBeLessThanOrEqual(JOBS.concurrency);
  for (const key of repeated)
    expect(mails.filter(({ what }) => what === key)).toMatchObject([
      { node: 'one', attempt: 1 },
      { node: 'two', attempt: 2 },
    ]);
  // Held by the node that died, and told so when they run.
  const takenOver = mails.filter(({ attempt }) => attempt > 1);
  expect(takenOver.length).toBeGreaterThan(0);
  expect(takenOver.length).toBeLessThanOrEqual(JOBS.maxHeld);

  const sweeps = all.filter(({ what }) => what === 'sweep');
  const lastedMs = (sweeps.at(-1)?.at ?? 0) - (sweeps[0]?.at ?? 0);
  expect(sweeps.length).toBeLessThanOrEqual(lastedMs / SWEEP_MS + 2);
}, 120_000);

async function counter(nodes: readonly RunningServer[], name: string): Promise<number> {
  let sum = 0;
  for (const node of nodes.filter(({ alive }) => alive)) {
    const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
    const text = await (await fetch(`${node.url}/metrics`, { headers })).text();
    sum += Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  }
  return sum;
}

test('two servers sweep once, and one goes on where the other one died', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const db = await openDatabase(DATABASE_URL);
  // With files and thinning, there are recurring jobs of all kinds.
  const environment = {
    DATABASE_URL,
    METRICS_TOKEN,
    ENGINE_WORKERS: '1',
    FILES_URL: pathToFileURL(await temporaryFolder()).href,
    HISTORY_FULL_DAYS: '30',
  };
  const nodes = await Promise.all([1, 2].map(() => RunningServer.start(environment)));
  const done = (kind: string) => counter(nodes, `tandem_jobs_total{kind="${kind}",result="done"}`);
  const kinds = ['session-sweep', 'command-result-sweep'];
  const counts = () => Promise.all(kinds.map(done));
  await expect.poll(counts, POLL).toEqual([1, 1]);
  // Longer than the poll: the other node would have run them by now.
  await sleep(JOBS.pollMs + 500);
  expect(await counts()).toEqual([1, 1]);
  expect(await counter(nodes, 'tandem_jobs_failed')).toBe(0);
  expect(await counter(nodes, 'tandem_jobs_waiting')).toBe(0);
  expect(await done('cluster-log-sweep')).toBeGreaterThan(0);

  await nodes[0]?.kill();
  const before = await counts();
  // As if they had been taken by the node that died, half a second before its lease ends.
  await sql`update job set lease = 'of the dead node', attempts = 1,
    due_at = extract(epoch from clock_timestamp()) * 1000 + 500`.execute(db);
  await expect.poll(counts, POLL).toEqual(before.map((each) => each + 1));
  const ended = db.selectFrom('job').select('kind').where('lease', 'is', null).orderBy('kind');
  const endedKinds = async () => (await ended.execute()).map(({ kind }) => kind);
  const onDemand: readonly JobKind[] = [
    ...([
      'document-purge',
      'group-end',
      'link-mail',
      'notice-mail',
      'share-mail',
      'digest',
    ] as const),
    ...(['webhook-delivery', 'webhook-event'] as const),
  ];
  const recurring = JOB_KINDS.filter((kind) => !onDemand.includes(kind));
  await expect.poll(endedKinds, POLL).toEqual(recurring);
}, 120_000);
