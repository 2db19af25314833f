import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock } from '@tandem/testkit';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { JOBS } from './limits.ts';
import { DatabaseJobStore } from '../storage/jobs/database-job-store.ts';
import type { JobStore } from '../storage/jobs/job-store.ts';
import { StorageError } from '../storage/storage-error.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import {
  createJob,
  PermanentJobError,
  recurringJob,
  type JobContext,
  type JobHandler,
} from './job-handler.ts';
import { JobRunner, type JobRunnerOptions } from './job-runner.ts';

const SWEEP_MS = 3_600_000;
const mail = { kind: 'mail', input: z.strictObject({ to: z.string() }) } as const;

interface Delivery {
  readonly to: string;
  readonly context: JobContext;
  readonly end: (error?: Error) => void;
}

/** Fails each call that `failing` names, as if the database did not answer. */
function faulty(store: JobStore, failing: Set<keyof JobStore>, calls: string[]): JobStore {
  return new Proxy(store, {
    get(target, name: keyof JobStore) {
      return (...values: unknown[]) => {
        calls.push(name);
        if (failing.has(name))
          throw new StorageError({ message: 'no answer', retryable: true, damaged: false });
        return (target[name] as (...values: unknown[]) => unknown).apply(target, values);
      };
    },
  });
}

async function fixture() {
  const clock = new ManualClock(1_700_000_000_000);
  const db = await temporaryDatabase();
  const store = new DatabaseJobStore({ db, kind: 'sqlite', clock });
  const deliveries: Delivery[] = [];
  const results: string[] = [];
  const calls: string[] = [];
  const failing = new Set<keyof JobStore>();
  const handler: JobHandler<'mail', { to: string }> = {
    ...mail,
    run: ({ to }, context) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error === undefined ? resolve() : reject(error));
        deliveries.push({ to, context, end });
        context.signal.addEventListener('abort', () => end(new Error('aborted')));
      }),
  };
  const start = (options: Partial<JobRunnerOptions<string>> = {}) => {
    const runner = new JobRunner<string>({
      store: faulty(store, failing, calls),
      handlers: [handler],
      pollMs: null,
      clock,
      random: () => 0.5,
      onRan: (kind, result) => results.push(`${kind} ${result}`),
      log: pino({ enabled: false }),
      ...options,
    });
    onTestFinished(() => runner[Symbol.asyncDispose]());
    runner.start();
    return runner;
  };
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await nextTurn();
  };
  const pass = (ms: number) => clock.advanceAsync(ms, settle);
  const enqueue = async (...people: string[]) =>
    await store.enqueue(people.map((to) => createJob(mail, { key: to, input: { to } })));
  const rows = () => db.selectFrom('job').selectAll().execute();
  return {
    clock,
    db,
    store,
    deliveries,
    results,
    calls,
    failing,
    handler,
    start,
    settle,
    pass,
    enqueue,
    rows,
  };
}

test('a job runs with its input, and is gone (JB11)', async () => {
  const { start, pass, enqueue, deliveries, results, rows } = await fixture();
  const runner = start();
  await pass(0);
  await enqueue('ada');
  runner.wake();
  await pass(0);
  const [row] = await rows();
  expect(deliveries).toMatchObject([{ to: 'ada', context: { id: row?.id, attempt: 1 } }]);
  deliveries[0]?.end();
  await pass(0);
  expect(results).toEqual(['mail done']);
  expect(await rows()).toEqual([]);
});

test('a job that cannot succeed is kept with its error after one attempt (JB13)', async () => {
  const { start, pass, enqueue, deliveries, results, rows } = await fixture();
  await enqueue('ada');
  start();
  await pass(0);
  deliveries[0]?.end(new PermanentJobError('no such person'));
  await pass(JOBS.retry.capMs);
  expect(deliveries).toHaveLength(1);
  expect(results).toEqual(['mail failed']);
  expect(await rows()).toMatchObject([{ error: 'no such person', failed_at: expect.any(Number) }]);
});

test('a job that fails is repeated after pauses that double, and then kept with its error (JB13)', async () => {
  const { start, pass, enqueue, handler, deliveries, results, rows, clock } = await fixture();
  await enqueue('ada');
  start({
    handlers: [{ ...handler, maxFailures: 3, retry: { baseMs: 1_000, capMs: 8_000, jitter: 0.5 } }],
  });
  await pass(0);
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(deliveries.at(-1)?.context.attempt).toBe(attempt);
    const failedMs = clock.now();
    deliveries.at(-1)?.end(new Error(`no route \0 ${attempt}`));
    await pass(0);
    const [row] = await rows();
    pauses.push((row?.due_at ?? Number.NaN) - failedMs);
    await pass(10_000);
  }
  // Half of the jitter is taken off.
  expect(pauses).toEqual([750, 1_500, Number.NaN]);
  expect(deliveries).toHaveLength(3);
  expect(results).toEqual(['mail retried', 'mail retried', 'mail failed']);
  expect(await rows()).toMatchObject([{ error: 'no route  3', failed_at: expect.any(Number) }]);
});

test('a job that ended its processes is kept as failed without another attempt (JB8)', async () => {
  const { start, pass, store, enqueue, handler, deliveries, results } = await fixture();
  await enqueue('ada');
  for (let process = 0; process < 2; process++) {
    await store.claim({ kinds: ['mail'], limit: 1, leaseMs: 1_000 });
    await pass(1_000);
  }
  start({ handlers: [{ ...handler, maxFailures: 2 }] });
  await pass(0);
  expect(deliveries).toEqual([]);
  expect(results).toEqual(['mail failed']);
});

test('an input that does not fit the schema is a failure (JB12, UP11)', async () => {
  const { start, pass, store, deliveries, results, rows } = await fixture();
  await store.enqueue([{ kind: 'mail', key: 'ada', input: '{"to":7}', delayMs: 0 }]);
  start();
  await pass(0);
  expect(deliveries).toEqual([]);
  expect(results).toEqual(['mail retried']);
  expect((await rows())[0]?.error).toMatch(/to/);
  expect(() => createJob(mail, { key: 'ada', input: { to: 7 } as never })).toThrow();
  expect(() => createJob(mail, { key: 'k'.repeat(1_000), input: { to: '' } })).toThrow(/key/);
  const large = { to: 'a'.repeat(JOBS.maxInputLength) };
  expect(() => createJob(mail, { key: 'ada', input: large })).toThrow(/large/);
});

test('handlers and held jobs are limited, and the next ones follow at once (JB15)', async () => {
  const { start, pass, enqueue, deliveries, results, rows } = await fixture();
  const people = Array.from({ length: 3 * JOBS.maxHeld }, (_, i) => `person ${i}`);
  await enqueue(...people);
  start();
  await pass(0);
  expect(deliveries).toHaveLength(JOBS.concurrency);
  const held = (await rows()).filter(({ lease }) => lease !== null);
  expect(held).toHaveLength(JOBS.maxHeld);
  for (let ended = 0; ended < people.length; ended++) {
    expect(deliveries.length - ended).toBeLessThanOrEqual(JOBS.concurrency);
    deliveries[ended]?.end();
    await pass(0);
  }
  expect(results).toHaveLength(people.length);
  expect(new Set(deliveries.map(({ to }) => to))).toEqual(new Set(people));
});

test('a lease is renewed while the handler runs (JB7)', async () => {
  const { start, pass, store, enqueue, deliveries, results } = await fixture();
  await enqueue('ada');
  start();
  await pass(10 * JOBS.leaseMs);
  expect(await store.claim({ kinds: ['mail'], limit: 1, leaseMs: 1_000 })).toEqual([]);
  deliveries[0]?.end();
  await pass(0);
  expect(deliveries).toHaveLength(1);
  expect(results).toEqual(['mail done']);
});

test('the handler is told when its lease is over, and the job is taken again (JB8, JB14)', async () => {
  const { start, pass, store, enqueue, deliveries, results, failing } = await fixture();
  await enqueue('ada');
  start();
  await pass(0);
  failing.add('renew');
  await pass(JOBS.leaseMs - 1_000);
  expect(deliveries[0]?.context.signal.aborted).toBe(false);
  const taken = await store.claim({ kinds: ['mail'], limit: 1, leaseMs: 10 * JOBS.leaseMs });
  expect(taken).toEqual([]);
  // One more tick of the renewal.
  await pass(1_000 + JOBS.leaseMs / JOBS.renewalsPerLease);
  expect(deliveries[0]?.context.signal.aborted).toBe(true);
  expect(results).toEqual(['mail lost']);
  expect(deliveries[1]?.context.attempt).toBe(2);
});

test('a lease that another node has changes nothing of its job (JB9)', async () => {
  const { start, pass, db, enqueue, deliveries, results, rows } = await fixture();
  await enqueue('ada');
  start();
  await pass(0);
  await db.updateTable('job').set({ lease: 'of another node' }).execute();
  await pass(JOBS.leaseMs / JOBS.renewalsPerLease);
  expect(deliveries[0]?.context.signal.aborted).toBe(true);
  expect(results).toEqual(['mail lost']);
  expect(await rows()).toMatchObject([{ lease: 'of another node', failures: 0 }]);
});

test('jobs of a node that stops are released at once, also those that did not start (JB14)', async () => {
  const { start, pass, enqueue, deliveries, results, rows, store } = await fixture();
  await enqueue('a', 'b', 'c', 'd', 'e', 'f');
  const runner = start();
  await pass(0);
  await runner[Symbol.asyncDispose]();
  expect(results).toEqual(Array.from({ length: JOBS.concurrency }, () => 'mail released'));
  expect(deliveries.every(({ context }) => context.signal.aborted)).toBe(true);
  expect((await rows()).filter(({ lease }) => lease !== null)).toEqual([]);
  const next = await store.claim({ kinds: ['mail'], limit: 10, leaseMs: 1_000 });
  for (const { attempt, failures } of next) expect([attempt, failures]).toEqual([2, 0]);
  expect(next).toHaveLength(6);
});

test('stopping does not wait for a handler that ignores it, whose job waits for its lease (JB14)', async () => {
  const { start, pass, handler, enqueue, results, rows } = await fixture();
  await enqueue('ada');
  const runner = start({ handlers: [{ ...handler, run: () => new Promise(() => {}) }] });
  await pass(0);
  const stopped = runner[Symbol.asyncDispose]();
  await pass(JOBS.stopTimeoutMs);
  await stopped;
  expect(results).toEqual([]);
  expect((await rows())[0]?.lease).not.toBeNull();
});

test('a sweep runs at the start and in each interval, and once after a long stop (JB16, JB17)', async () => {
  const { start, pass, clock } = await fixture();
  const runsMs: number[] = [];
  const startMs = clock.now();
  const sweep = recurringJob({
    kind: 'sweep',
    intervalMs: SWEEP_MS,
    run: async () => void runsMs.push(clock.now() - startMs),
  });
  const runner = start({ handlers: [sweep] });
  await pass(3.5 * SWEEP_MS);
  expect(runsMs).toEqual([0, SWEEP_MS, 2 * SWEEP_MS, 3 * SWEEP_MS]);
  await runner[Symbol.asyncDispose]();
  await pass(10 * SWEEP_MS);
  start({ handlers: [sweep] });
  await pass(SWEEP_MS);
  expect(runsMs.slice(4)).toEqual([13.5 * SWEEP_MS, 14.5 * SWEEP_MS]);
});

test('a sweep that fails is repeated within its interval (JB13)', async () => {
  const { start, pass } = await fixture();
  let runs = 0;
  const fail = () => Promise.reject(new Error(`run ${++runs}`));
  start({ handlers: [recurringJob({ kind: 'sweep', intervalMs: 1_000, run: fail })] });
  await pass(10_000);
  expect(runs).toBe(11);
});

test('an idle runner of a single process sleeps until the next job is due (JB20)', async () => {
  const { start, pass, clock, calls, results } = await fixture();
  const run = async (): Promise<void> => {};
  start({ handlers: [recurringJob({ kind: 'sweep', intervalMs: SWEEP_MS, run })] });
  await pass(0);
  expect(results).toEqual(['sweep done']);
  const dueMs = clock.now() + SWEEP_MS;
  calls.length = 0;
  // The interval of renewals ends with its first tick after the job.
  await pass(JOBS.leaseMs / JOBS.renewalsPerLease);
  expect(clock.nextDueMs).toBe(dueMs);
  expect(clock.pending).toBe(1);
  expect(calls).toEqual([]);
});

test('an idle runner of a single process without jobs has no timer (JB20)', async () => {
  const { start, pass, clock } = await fixture();
  start();
  await pass(0);
  expect(clock.pending).toBe(0);
});

test('a node of a cluster asks for the jobs of others every few seconds, with one question (JB20)', async () => {
  const { start, pass, enqueue, calls, deliveries } = await fixture();
  start({ pollMs: JOBS.pollMs });
  await pass(0);
  calls.length = 0;
  await pass(10 * JOBS.pollMs);
  expect(calls).toEqual(Array.from({ length: 10 }, () => 'dueInMs'));
  await enqueue('ada');
  await pass(JOBS.pollMs);
  expect(deliveries).toHaveLength(1);
});

test('many wake-ups cost one question for each interval', async () => {
  const { start, pass, calls } = await fixture();
  const runner = start();
  await pass(0);
  calls.length = 0;
  for (let i = 0; i < 100; i++) {
    runner.wake();
    await pass(10);
  }
  expect(calls.length).toBeLessThanOrEqual(1_000 / JOBS.wakeIntervalMs + 1);
  expect(calls.length).toBeGreaterThan(5);
});

test('while the database fails, the runner asks ever more rarely, and goes on when it answers (JB21)', async () => {
  const { start, pass, enqueue, calls, deliveries, failing } = await fixture();
  await enqueue('ada');
  failing.add('schedule');
  start();
  await pass(60_000);
  expect(calls.length).toBeGreaterThan(3);
  expect(calls.length).toBeLessThan(10);
  failing.clear();
  await pass(JOBS.databaseRetry.capMs);
  expect(deliveries).toHaveLength(1);
});

test('what became of a job is stored when the database answers again (JB21)', async () => {
  const { start, pass, enqueue, deliveries, results, rows, failing } = await fixture();
  await enqueue('ada', 'bob');
  start();
  await pass(0);
  failing.add('complete');
  deliveries[0]?.end();
  await pass(5_000);
  expect(results).toEqual([]);
  failing.clear();
  await pass(10_000);
  expect(results).toEqual(['mail done']);
  failing.add('complete').add('renew');
  deliveries[1]?.end();
  await pass(2 * JOBS.leaseMs);
  expect(results[1]).toBe('mail lost');
  expect(deliveries[2]).toMatchObject({ to: 'bob', context: { attempt: 2 } });
  expect(await rows()).toHaveLength(1);
});
