/**
 * The queue of jobs as one table, by the same statements in SQLite and in Postgres. `due_at` is when a job may be taken:
 * the time at which it is due while it waits, the end of its lease while it runs, and null once it has failed.
 */
import { randomUUID } from 'node:crypto';
import { sql, type RawBuilder, type UpdateObject } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import { NOW_MS } from '../postgres/postgres-cluster.ts';
import type { DatabaseKind } from '../schema/schema-parts.ts';
import type { Database, Tables } from '../tables.ts';
import type {
  Claim,
  ClaimedJob,
  JobCounts,
  JobStore,
  LeasedJob,
  LeaseOutcome,
  NewJob,
  RecurringJob,
} from './job-store.ts';

/** Rows of one statement; Postgres takes 65,535 parameters. */
const MAX_ROWS = 1_000;
const RECURRING_KEY = '';
const LEASE_ENDED = 'The process that ran the job ended, or did not renew its lease.';

export interface DatabaseJobStoreOptions {
  /** Calls over a transaction are a part of it. */
  readonly db: Database;
  readonly kind: DatabaseKind;
  /** Not used with Postgres (JB10). */
  readonly clock: Pick<Clock, 'now'>;
}

export class DatabaseJobStore implements JobStore {
  readonly #db: Database;
  readonly #kind: DatabaseKind;
  readonly #clock: Pick<Clock, 'now'>;

  constructor({ db, kind, clock }: DatabaseJobStoreOptions) {
    this.#db = db;
    this.#kind = kind;
    this.#clock = clock;
  }

  async enqueue(jobs: readonly NewJob[]): Promise<void> {
    const rows = distinct(jobs);
    for (let at = 0; at < rows.length; at += MAX_ROWS)
      await this.#insert(rows.slice(at, at + MAX_ROWS));
  }

  async schedule(jobs: readonly RecurringJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const now = this.#now();
    await this.#db
      .insertInto('job')
      .values(
        jobs.map(({ kind, intervalMs }) => ({
          id: randomUUID(),
          kind,
          key: RECURRING_KEY,
          input: 'null',
          due_at: now,
          interval_ms: intervalMs,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['kind', 'key']).doUpdateSet({
          interval_ms: sql`excluded.interval_ms`,
          due_at: sql`case when job.lease is null and job.due_at > ${now} + excluded.interval_ms
            then ${now} + excluded.interval_ms else job.due_at end`,
        }),
      )
      .execute();
  }

  async dueInMs(kinds: readonly string[]): Promise<number | null> {
    const next = await this.#db
      .selectFrom('job')
      .select(sql<number>`due_at - ${this.#now()}`.as('wait'))
      .where('kind', 'in', kinds)
      .where('due_at', 'is not', null)
      .orderBy('due_at')
      .limit(1)
      .executeTakeFirst();
    return next?.wait ?? null;
  }

  async claim({ kinds, limit, leaseMs }: Claim): Promise<readonly ClaimedJob[]> {
    const now = this.#now();
    const lease = randomUUID();
    const rows = await this.#db
      // Postgres evaluates it once, because it locks rows.
      .with('due', (db) => {
        const due = db
          .selectFrom('job')
          .select('id')
          .where('kind', 'in', kinds)
          .where('due_at', '<=', now)
          .orderBy('due_at')
          .limit(limit);
        return this.#kind === 'postgres' ? due.forUpdate().skipLocked() : due;
      })
      .updateTable('job')
      .set({
        lease,
        due_at: sql`${now} + ${leaseMs}`,
        again_at: sql`${now} + interval_ms`,
        attempts: sql`attempts + 1`,
        failures: sql`case when lease is null then failures else failures + 1 end`,
        error: sql`case when lease is null then error else ${LEASE_ENDED} end`,
      })
      .where('id', 'in', (expression) => expression.selectFrom('due').select('id'))
      .returning(['id', 'kind', 'key', 'input', 'attempts as attempt', 'failures'])
      .execute();
    return rows.map((row) => ({ ...row, lease }));
  }

  async renew(jobs: readonly LeasedJob[], leaseMs: number): Promise<ReadonlySet<string>> {
    const rows = await this.#update(jobs, { due_at: sql`${this.#now()} + ${leaseMs}` });
    return new Set(rows.map(({ id }) => id));
  }

  async complete(job: LeasedJob): Promise<LeaseOutcome> {
    const deleted = await this.#db
      .deleteFrom('job')
      .where('id', '=', job.id)
      .where('lease', '=', job.lease)
      .where('again_at', 'is', null)
      .returning('id')
      .execute();
    if (deleted.length > 0) return 'kept';
    return await this.#end(job, {
      due_at: sql`again_at`,
      attempts: 0,
      failures: 0,
      failed_at: null,
      error: null,
    });
  }

  async retry(
    job: LeasedJob,
    { error, delayMs }: { readonly error: string; readonly delayMs: number },
  ): Promise<LeaseOutcome> {
    const due_at = sql<number>`${this.#now()} + ${delayMs}`;
    return await this.#end(job, { due_at, failures: sql`failures + 1`, error });
  }

  async fail(job: LeasedJob, error: string): Promise<LeaseOutcome> {
    const due_at = sql<number | null>`again_at`;
    return await this.#end(job, { due_at, failures: 0, failed_at: this.#now(), error });
  }

  async release(jobs: readonly LeasedJob[]): Promise<void> {
    await this.#update(jobs, { due_at: this.#now(), lease: null, again_at: null });
  }

  async count(): Promise<JobCounts> {
    const now = this.#now();
    const due = await this.#db
      .selectFrom('job')
      .select((expression) => [
        expression.fn.countAll<number>().as('waiting'),
        sql<number | null>`${now} - min(due_at)`.as('oldest'),
      ])
      .where('due_at', '<=', now)
      .executeTakeFirstOrThrow();
    const { failed } = await this.#db
      .selectFrom('job')
      .select((expression) => expression.fn.countAll<number>().as('failed'))
      .where('failed_at', 'is not', null)
      .executeTakeFirstOrThrow();
    return { waiting: due.waiting, oldestWaitingMs: due.oldest ?? 0, failed };
  }

  async #insert(jobs: readonly NewJob[]): Promise<void> {
    const now = this.#now();
    await this.#db
      .insertInto('job')
      .values(
        jobs.map(({ kind, key, input, delayMs }) => ({
          id: randomUUID(),
          kind,
          key,
          input,
          due_at: sql<number>`${now} + ${delayMs}`,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['kind', 'key']).doUpdateSet({
          input: sql`excluded.input`,
          due_at: sql`case
            when job.lease is not null then job.due_at
            when job.due_at is null then excluded.due_at
            when job.failures > 0 or job.due_at < excluded.due_at then job.due_at
            else excluded.due_at end`,
          again_at: sql`case
            when job.lease is null then null
            when job.again_at < excluded.due_at then job.again_at
            else excluded.due_at end`,
          failed_at: sql`case when job.due_at is null then null else job.failed_at end`,
        }),
      )
      .execute();
  }

  /** Ends the lease. */
  async #end(job: LeasedJob, values: Values): Promise<LeaseOutcome> {
    const rows = await this.#update([job], { ...values, lease: null, again_at: null });
    return rows.length > 0 ? 'kept' : 'lost';
  }

  async #update(
    jobs: readonly LeasedJob[],
    values: Values,
  ): Promise<readonly { readonly id: string }[]> {
    if (jobs.length === 0) return [];
    const ids = jobs.map(({ id }) => id);
    const leases = [...new Set(jobs.map(({ lease }) => lease))];
    return await this.#db
      .updateTable('job')
      .set(values)
      .where('id', 'in', ids)
      .where('lease', 'in', leases)
      .returning('id')
      .execute();
  }

  #now(): RawBuilder<number> {
    return this.#kind === 'postgres' ? sql.raw<number>(NOW_MS) : sql<number>`${this.#clock.now()}`;
  }
}

type Values = UpdateObject<Tables, 'job'>;

/** One job for each kind and key, in one order everywhere, so that no two transactions wait for each other. */
function distinct(jobs: readonly NewJob[]): NewJob[] {
  const found = new Map<string, NewJob>();
  for (const job of jobs) {
    const name = JSON.stringify([job.kind, job.key]);
    const known = found.get(name);
    const delayMs = Math.min(known?.delayMs ?? job.delayMs, job.delayMs);
    found.set(name, { ...job, delayMs });
  }
  return Array.from(found)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, job]) => job);
}
