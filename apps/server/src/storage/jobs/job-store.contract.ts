/** The contract of every queue of jobs. Each adapter runs it from its own test. */
import { describe, expect, test } from 'vitest';
import type { Database } from '../tables.ts';
import type { ClaimedJob, JobStore, NewJob } from './job-store.ts';

export interface JobStoreFixture extends AsyncDisposable {
  readonly store: JobStore;
  /** Of another node, whose clock is an hour ahead (JB10). */
  readonly other: JobStore;
  readonly db: Database;
  /** A store whose calls are a part of the transaction. */
  within(transaction: Database): JobStore;
  /** Lets this time pass for the database. */
  pass(ms: number): Promise<void>;
}

const MINUTE_MS = 60_000;
const LEASE_MS = 30_000;
const KINDS = ['mail', 'index'];

function job(key: string, extra: Partial<NewJob> = {}): NewJob {
  return { kind: 'mail', key, input: `"${key}"`, delayMs: 0, ...extra };
}

async function claim(store: JobStore, limit = 100): Promise<readonly ClaimedJob[]> {
  return await store.claim({ kinds: KINDS, limit, leaseMs: LEASE_MS });
}

async function claimOne(store: JobStore): Promise<ClaimedJob> {
  const jobs = await claim(store);
  expect(jobs).toHaveLength(1);
  return jobs[0] as ClaimedJob;
}

const keysOf = (jobs: readonly ClaimedJob[]) => jobs.map(({ key }) => key).toSorted();

export function testJobStore(open: () => Promise<JobStoreFixture>): void {
  describe('queue', () => {
    test('a job of a transaction exists only if it commits (JB1)', async () => {
      await using fixture = await open();
      const { db, store } = fixture;
      await db
        .transaction()
        .execute((transaction) => fixture.within(transaction).enqueue([job('committed')]));
      const failing = db.transaction().execute(async (transaction) => {
        await fixture.within(transaction).enqueue([job('rolled back')]);
        throw new Error('rolled back');
      });
      await expect(failing).rejects.toThrow('rolled back');
      expect(keysOf(await claim(store))).toEqual(['committed']);
    });

    test('a job that waits is there once, with the newest input, due at the earlier time (JB2)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.enqueue([
        job('a', { delayMs: 2 * MINUTE_MS }),
        job('a', { delayMs: 3 * MINUTE_MS, input: '2' }),
      ]);
      await store.enqueue([job('a', { delayMs: MINUTE_MS, input: '3' })]);
      await store.enqueue([job('a', { delayMs: 2 * MINUTE_MS, input: '4' })]);
      const wait = await store.dueInMs(KINDS);
      expect(wait).toBeGreaterThan(MINUTE_MS / 2);
      expect(wait).toBeLessThanOrEqual(MINUTE_MS);
      expect(await claim(store)).toEqual([]);
      await fixture.pass(MINUTE_MS);
      expect(await claim(store)).toMatchObject([{ key: 'a', input: '4', attempt: 1 }]);
    });

    test('the same key of another kind is another job (JB2)', async () => {
      await using fixture = await open();
      await fixture.store.enqueue([job('a'), job('a', { kind: 'index' })]);
      expect(await claim(fixture.store)).toHaveLength(2);
    });

    test('a request does not shorten the pause after a failure (JB2)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.enqueue([job('a')]);
      await store.retry(await claimOne(store), { error: 'down', delayMs: MINUTE_MS });
      await store.enqueue([job('a', { input: '2' })]);
      expect(await claim(store)).toEqual([]);
      await fixture.pass(MINUTE_MS);
      expect(await claimOne(store)).toMatchObject({ input: '2', attempt: 2, failures: 1 });
    });

    test('a request for a job that runs makes it run once more (JB3)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.enqueue([job('a')]);
      const first = await claimOne(store);
      await store.enqueue([job('a', { input: '2', delayMs: MINUTE_MS })]);
      await store.enqueue([job('a', { input: '3', delayMs: 2 * MINUTE_MS })]);
      expect(await claim(store)).toEqual([]);
      expect(await store.complete(first)).toBe('kept');
      expect(await claim(store)).toEqual([]);
      await fixture.pass(MINUTE_MS);
      const second = await claimOne(store);
      expect(second).toMatchObject({ id: first.id, input: '3', attempt: 1, failures: 0 });
      expect(await store.complete(second)).toBe('kept');
      expect(await store.dueInMs(KINDS)).toBeNull();
    });

    test('a request for a failed job makes it wait again (JB4)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.enqueue([job('a')]);
      expect(await store.fail(await claimOne(store), 'no such host')).toBe('kept');
      expect(await claim(store)).toEqual([]);
      expect(await store.count()).toEqual({ waiting: 0, oldestWaitingMs: 0, failed: 1 });
      const row = fixture.db.selectFrom('job').select('error');
      expect(await row.executeTakeFirst()).toEqual({ error: 'no such host' });
      await store.enqueue([job('a')]);
      expect((await store.count()).failed).toBe(0);
      expect(await claimOne(store)).toMatchObject({ key: 'a', attempt: 2, failures: 0 });
    });

    test('jobs that have been due for longest are taken first, within the limit (JB5)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      for (const key of ['first', 'second', 'third']) {
        await store.enqueue([job(key)]);
        await fixture.pass(1_000);
      }
      await store.enqueue([job('later', { delayMs: MINUTE_MS })]);
      expect(keysOf(await claim(store, 2))).toEqual(['first', 'second']);
      expect(keysOf(await claim(store))).toEqual(['third']);
    });

    test('other kinds are left alone (JB6, UP11)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.enqueue([job('a', { kind: 'of a later version' })]);
      expect(await store.dueInMs(KINDS)).toBeNull();
      expect(await claim(store)).toEqual([]);
      expect((await store.count()).waiting).toBe(1);
    });

    test('counts what is due and waits, and for how long', async () => {
      await using fixture = await open();
      const { store } = fixture;
      expect(await store.count()).toEqual({ waiting: 0, oldestWaitingMs: 0, failed: 0 });
      await store.enqueue([job('a')]);
      await fixture.pass(MINUTE_MS);
      await store.enqueue([job('b'), job('later', { delayMs: MINUTE_MS })]);
      const counts = await store.count();
      expect(counts).toMatchObject({ waiting: 2, failed: 0 });
      expect(counts.oldestWaitingMs).toBeGreaterThanOrEqual(MINUTE_MS);
      expect(counts.oldestWaitingMs).toBeLessThan(2 * MINUTE_MS);
      await claim(store);
      expect((await store.count()).waiting).toBe(0);
    });
  });

  describe('leases', () => {
    test('a taken job is not taken again while its lease lasts and is renewed (JB7)', async () => {
      await using fixture = await open();
      const { store, other } = fixture;
      await store.enqueue([job('a')]);
      const held = await claimOne(store);
      await fixture.pass(LEASE_MS - 5_000);
      expect(await claim(other)).toEqual([]);
      expect(await store.renew([held], LEASE_MS)).toEqual(new Set([held.id]));
      await fixture.pass(LEASE_MS - 5_000);
      expect(await claim(other)).toEqual([]);
      const wait = await other.dueInMs(KINDS);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(5_000);
    });

    test('another node takes over after the lease, and knows that the job may be done (JB8, JB11)', async () => {
      await using fixture = await open();
      const { store, other, db } = fixture;
      await store.enqueue([job('a')]);
      const first = await claimOne(store);
      expect(first).toMatchObject({ attempt: 1, failures: 0 });
      await fixture.pass(LEASE_MS);
      const second = await claimOne(other);
      expect(second).toMatchObject({ id: first.id, key: 'a', attempt: 2, failures: 1 });
      const row = await db.selectFrom('job').select('error').executeTakeFirst();
      expect(row?.error).toMatch(/ended/);
    });

    test('a lease that was lost changes nothing (JB9)', async () => {
      await using fixture = await open();
      const { store, other } = fixture;
      await store.enqueue([job('a')]);
      const first = await claimOne(store);
      await fixture.pass(LEASE_MS);
      const second = await claimOne(other);
      expect(await store.renew([first], LEASE_MS)).toEqual(new Set());
      expect(await store.complete(first)).toBe('lost');
      expect(await store.retry(first, { error: 'late', delayMs: 0 })).toBe('lost');
      expect(await store.fail(first, 'late')).toBe('lost');
      await store.release([first]);
      expect(await claim(store)).toEqual([]);
      expect(await other.complete(second)).toBe('kept');
      expect(await other.complete(second)).toBe('lost');
      expect(await store.dueInMs(KINDS)).toBeNull();
    });

    test('a lease that ended and was not taken over is still its holder’s (JB9)', async () => {
      await using fixture = await open();
      await fixture.store.enqueue([job('a')]);
      const held = await claimOne(fixture.store);
      await fixture.pass(2 * LEASE_MS);
      expect(await fixture.store.renew([held], LEASE_MS)).toEqual(new Set([held.id]));
      expect(await claim(fixture.other)).toEqual([]);
      expect(await fixture.store.complete(held)).toBe('kept');
    });

    test('a released job is taken at once, without a failure (JB14)', async () => {
      await using fixture = await open();
      const { store, other } = fixture;
      await store.enqueue([job('a'), job('b')]);
      await store.release(await claim(store));
      const jobs = await claim(other);
      expect(keysOf(jobs)).toEqual(['a', 'b']);
      for (const { attempt, failures } of jobs) expect([attempt, failures]).toEqual([2, 0]);
    });

    test('10,000 jobs, taken by four workers, are each done once', async () => {
      await using fixture = await open();
      const count = 10_000;
      await fixture.store.enqueue(Array.from({ length: count }, (_, i) => job(String(i))));
      const done: string[] = [];
      const work = async (store: JobStore): Promise<void> => {
        for (;;) {
          const jobs = await claim(store, 50);
          if (jobs.length === 0 && (await store.dueInMs(KINDS)) === null) return;
          for (const { key } of jobs) done.push(key);
          const outcomes = await Promise.all(jobs.map((each) => store.complete(each)));
          expect(outcomes.every((outcome) => outcome === 'kept')).toBe(true);
        }
      };
      const { store, other } = fixture;
      await Promise.all([store, other, store, other].map(work));
      expect(done).toHaveLength(count);
      expect(new Set(done).size).toBe(count);
    });
  });

  describe('recurring jobs', () => {
    const sweep = { kind: 'index', intervalMs: MINUTE_MS } as const;

    test('are due at the first start, and then once for each interval (JB16)', async () => {
      await using fixture = await open();
      const { store, other } = fixture;
      await Promise.all([store.schedule([sweep]), other.schedule([sweep])]);
      const first = await claimOne(store);
      await fixture.pass(20_000);
      expect(await store.complete(first)).toBe('kept');
      await other.schedule([sweep]);
      expect(await claim(other)).toEqual([]);
      await fixture.pass(40_000);
      expect(await claimOne(other)).toMatchObject({ id: first.id, attempt: 1 });
    });

    test('are not made up for (JB17)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.schedule([sweep]);
      await store.complete(await claimOne(store));
      await fixture.pass(10 * MINUTE_MS + 30_000);
      await store.complete(await claimOne(store));
      expect(await claim(store)).toEqual([]);
      const wait = await store.dueInMs(KINDS);
      expect(wait).toBeGreaterThan(MINUTE_MS / 2);
    });

    test('go on after they were kept as failed, and count as failed until they succeed (JB18)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.schedule([sweep]);
      await store.fail(await claimOne(store), 'broken');
      expect((await store.count()).failed).toBe(1);
      expect(await claim(store)).toEqual([]);
      await fixture.pass(MINUTE_MS);
      expect((await store.count()).failed).toBe(1);
      await store.complete(await claimOne(store));
      expect((await store.count()).failed).toBe(0);
    });

    test('have the interval of the last start (JB19)', async () => {
      await using fixture = await open();
      const { store } = fixture;
      await store.schedule([{ kind: 'index', intervalMs: 100 * MINUTE_MS }]);
      await store.complete(await claimOne(store));
      await store.schedule([sweep]);
      expect(await store.dueInMs(KINDS)).toBeLessThanOrEqual(MINUTE_MS);
      await store.schedule([{ kind: 'index', intervalMs: 2 * MINUTE_MS }]);
      expect(await store.dueInMs(KINDS)).toBeLessThanOrEqual(MINUTE_MS);
      await fixture.pass(MINUTE_MS);
      await store.complete(await claimOne(store));
      const wait = await store.dueInMs(KINDS);
      expect(wait).toBeGreaterThan(MINUTE_MS);
    });
  });
}
