/**
 * A node that only runs jobs, and that a test kills. It notes each run in the table `ran`. Arguments: the URL of the
 * database, and a name.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { z } from 'zod';
import { recurringJob, type JobHandler } from '../../src/jobs/job-handler.ts';
import { JobRunner } from '../../src/jobs/job-runner.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { DatabaseJobStore } from '../../src/storage/jobs/database-job-store.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';

const WORK_MS = 20;
const LEASE_MS = 2_000;
const POLL_MS = 500;
const SWEEP_MS = 1_000;

const [url, name] = process.argv.slice(2) as [string, string];
const db = await openPostgres(new Postgres({ url, connections: 4, name }), { clock: systemClock });

async function note(what: string, attempt: number): Promise<void> {
  await sql`insert into ran (what, node, attempt, at) values (${what}, ${name}, ${attempt},
    extract(epoch from clock_timestamp()) * 1000)`.execute(db);
}

const mail: JobHandler<string, string> = {
  kind: 'mail',
  input: z.string(),
  async run(to, { attempt }) {
    await note(to, attempt);
    await sleep(WORK_MS);
  },
};

const sweep = recurringJob<string>({
  kind: 'sweep',
  intervalMs: SWEEP_MS,
  run: ({ attempt }) => note('sweep', attempt),
});

const runner = new JobRunner<string>({
  store: new DatabaseJobStore({ db, kind: 'postgres', clock: systemClock }),
  handlers: [mail, sweep],
  pollMs: POLL_MS,
  leaseMs: LEASE_MS,
  clock: systemClock,
  random: Math.random,
  onRan() {},
  log: pino(),
});
runner.start();
// Timers of the runner do not keep a process alive.
setInterval(() => {}, 60_000);
