import { randomUUID } from 'node:crypto';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { Fixture, type AnyCall } from '../commands/handlers/testing/command-fixture.ts';
import { PermanentJobError, runJob } from '../jobs/job-handler.ts';
import { JOBS } from '../jobs/limits.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import { REQUEST_RATES } from '../limits.ts';
import { MailFailure, type MailFailureKind, type Mail } from '../mail/mailer.ts';
import { systemClock } from '../runtime/clock.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { verifyAddress } from '../storage/identities.ts';
import { DatabaseJobStore } from '../storage/jobs/database-job-store.ts';
import { linkMail } from './link-mail.ts';

const EMAIL = 'ada@example.org';
const request: AnyCall = { name: 'account:request-reset', input: { email: EMAIL } };
const changePassword = (verifiedHash: string): AnyCall => ({
  name: 'account:change-password',
  input: {
    ...{ passwordHash: `after ${verifiedHash}`, verifiedHash, session: 'laptop' },
    removesPasskeys: false,
  },
});

async function withAccount() {
  const fixture = await Fixture.open(['ada']);
  await fixture.do('ada', {
    name: 'account:sign-up',
    input: {
      session: { id: 'laptop', agent: 'Firefox', network: null, replaces: null },
      identity: { issuer: 'email', subject: EMAIL, credential: 'hash' },
      ...{ profile: null, invitation: null },
    },
  });
  const { db } = fixture;
  const mails: Mail[] = [];
  const state = { failure: null as MailFailureKind | null };
  const clock = new ManualClock();
  const rates = {
    toAddress: new KeyedRateLimiter({ rate: REQUEST_RATES.mailsToAddress, clock }),
    all: new KeyedRateLimiter({ rate: { burst: 100, perSecond: 1 }, clock }),
  };
  const time = { now: systemClock.now() };
  const jobs = new DatabaseJobStore({ db, kind: 'sqlite', clock: { now: () => time.now } });
  const handler = linkMail({
    ...{ db, jobs },
    mailer: {
      async send(mail) {
        mails.push(mail);
        if (state.failure !== null) throw new MailFailure(state.failure, state.failure);
      },
    },
    publicUrl: new URL('https://docs.example.org'),
    clock: { now: () => fixture.now },
    rates,
  });
  const run = async (): Promise<void> => {
    const jobsOfKind = db.selectFrom('job').select('input').where('kind', '=', handler.kind);
    const { input } = await jobsOfKind.executeTakeFirstOrThrow();
    const { signal } = new AbortController();
    await runJob(handler, input, { id: randomUUID(), attempt: 1, signal });
  };
  /** As the runner does. */
  const runDue = async (): Promise<void> => {
    const claim = { kinds: [handler.kind], limit: 1, leaseMs: JOBS.leaseMs };
    const [job] = await jobs.claim(claim);
    if (job === undefined) throw new Error('no job is due');
    const { signal } = new AbortController();
    await runJob(handler, job.input, { id: job.id, attempt: job.attempt, signal });
    await jobs.complete(job);
  };
  const links = () => db.selectFrom('one_time').selectAll().execute();
  return { fixture, state, clock, time, rates, mails, run, runDue, links };
}

test('AC25 a new password also ends a link that was asked for before and is not mailed yet', async () => {
  const { fixture, mails, run, links } = await withAccount();
  await verifyAddress(fixture.db, { subject: EMAIL, at: fixture.now });
  await fixture.do('server', request);
  await fixture.do('ada', changePassword('hash'));
  await run();
  expect(mails).toEqual([]);
  expect(await links()).toEqual([]);
  await fixture.do('server', request);
  await run();
  expect(mails).toHaveLength(1);
});

test('AC29 a link works if its mail may have arrived', async () => {
  const { fixture, state, run, links } = await withAccount();
  await fixture.do('server', request);
  state.failure = 'temporary';
  await expect(run()).rejects.toThrow(MailFailure);
  expect(await links()).toEqual([]);
  state.failure = 'permanent';
  await expect(run()).rejects.toThrow(PermanentJobError);
  expect(await links()).toEqual([]);
  state.failure = 'unanswered';
  for (let mail = 1; mail <= ACCOUNTS.maxOpenLinks; mail++)
    await expect(run()).rejects.toThrow(MailFailure);
  expect(await links()).toHaveLength(ACCOUNTS.maxOpenLinks);
  await run();
  expect(await links()).toHaveLength(ACCOUNTS.maxOpenLinks);
});

test('AC28 a mail waits while the server has sent too many', async () => {
  const { fixture, clock, time, rates, mails, runDue, links } = await withAccount();
  await fixture.do('server', request);
  rates.all.tryTake('all', 100);
  time.now += 1_000;
  // However long that is, it is no failure.
  for (let round = 0; round < 2 * ACCOUNTS.maxMailFailures; round++) {
    await runDue();
    expect([mails, await links()]).toEqual([[], []]);
    const jobs = await fixture.db.selectFrom('job').selectAll().execute();
    const due_at = time.now + ACCOUNTS.mailWaitMs;
    expect(jobs).toMatchObject([{ due_at, lease: null, failures: 0, failed_at: null }]);
    time.now = due_at;
  }
  clock.advance(1_000);
  await runDue();
  expect(mails).toHaveLength(1);
  expect(await fixture.db.selectFrom('job').selectAll().execute()).toEqual([]);
});

const HOUR_MS = 60 * 60_000;

test('AC28 no matter who asks, and how often, its person has a link that works for four hours more', async () => {
  const { fixture, clock, mails, run } = await withAccount();
  const linkLeftMs = async (): Promise<number> => {
    const rows = await fixture.db.selectFrom('one_time').select('expires_at').execute();
    return Math.max(0, ...rows.map(({ expires_at }) => expires_at)) - fixture.now;
  };
  await fixture.do('server', request);
  const began = fixture.now;
  const mailed: number[] = [];
  // Somebody else asks every five minutes for two days.
  while (fixture.now - began < 48 * HOUR_MS) {
    const before = mails.length;
    await run();
    if (mails.length > before) mailed.push(fixture.now - began);
    expect(await linkLeftMs()).toBeGreaterThanOrEqual(ACCOUNTS.resetLifetimeMs / 2);
    fixture.now += 5 * 60_000;
    clock.advance(5 * 60_000);
  }
  expect(mailed.slice(0, 3).every((ms) => ms < HOUR_MS)).toBe(true);
  for (const day of [0, 1]) {
    const ofDay = mailed.filter((ms) => Math.floor(ms / (24 * HOUR_MS)) === day);
    expect(ofDay.length).toBeLessThanOrEqual(REQUEST_RATES.mailsToAddress.burst);
  }
});

test('AC28 an address is mailed twelve times at once, whatever ends the links', async () => {
  const { fixture, mails, run } = await withAccount();
  await verifyAddress(fixture.db, { subject: EMAIL, at: fixture.now });
  for (let i = 0; i < 20; i++) {
    await fixture.db.deleteFrom('one_time').execute();
    await fixture.db.deleteFrom('job').execute();
    await fixture.do('server', request);
    await run();
  }
  expect(mails).toHaveLength(REQUEST_RATES.mailsToAddress.burst);
});

test('AC25 who signed up with somebody else’s address ends no link of its reader', async () => {
  const { fixture, mails, run, links } = await withAccount();
  await fixture.do('server', request);
  await fixture.do('ada', changePassword('hash'));
  await run();
  expect(mails).toHaveLength(1);
  await fixture.do('ada', changePassword('after hash'));
  expect(await links()).toHaveLength(1);
  await verifyAddress(fixture.db, { subject: EMAIL, at: fixture.now });
  await fixture.do('ada', changePassword('after after hash'));
  expect(await links()).toEqual([]);
});
