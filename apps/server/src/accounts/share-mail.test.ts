import { randomUUID } from 'node:crypto';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import {
  DOCUMENT as document,
  fixtureWithRoles,
} from '../commands/handlers/testing/command-fixture.ts';
import { PermanentJobError, runJob } from '../jobs/job-handler.ts';
import { JOBS } from '../jobs/limits.ts';
import { ACCOUNTS, SHARING } from '../storage/limits.ts';
import { REQUEST_RATES } from '../limits.ts';
import { MailFailure, type Mail, type MailFailureKind } from '../mail/mailer.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { systemClock } from '../runtime/clock.ts';
import { DatabaseJobStore } from '../storage/jobs/database-job-store.ts';
import { writeServerSettings } from '../storage/server-settings.ts';
import { registerUser } from '../storage/users.ts';
import { shareMail } from './share-mail.ts';

const ADDRESS = 'ned@example.org';

async function scene(all = { burst: 100, perSecond: 1 }) {
  const fixture = await fixtureWithRoles();
  const { db } = fixture;
  await registerUser(db, { id: 'ada', at: 0 });
  const mails: Mail[] = [];
  const state = { failure: null as MailFailureKind | null };
  const clock = new ManualClock();
  /** The fixture enqueues by the system's clock. */
  const time = { laterMs: 0 };
  const now = () => systemClock.now() + time.laterMs;
  const jobs = new DatabaseJobStore({ db, kind: 'sqlite', clock: { now } });
  const handler = shareMail({
    ...{ db, jobs, publicUrl: new URL('https://docs.example.org') },
    mailer: {
      async send(mail) {
        mails.push(mail);
        if (state.failure !== null) throw new MailFailure(state.failure, state.failure);
      },
    },
    clock: { now: () => fixture.now },
    rates: {
      toAddress: new KeyedRateLimiter({ rate: REQUEST_RATES.shareMailsToAddress, clock }),
      all: new KeyedRateLimiter({ rate: all, clock }),
    },
  });
  /** As the runner does; false: nothing is due. */
  const runDue = async (): Promise<boolean> => {
    const [job] = await jobs.claim({ kinds: [handler.kind], limit: 1, leaseMs: JOBS.leaseMs });
    if (job === undefined) return false;
    const { signal } = new AbortController();
    await runJob(handler, job.input, { id: job.id, attempt: job.attempt, signal });
    await jobs.complete(job);
    return true;
  };
  /** One attempt, without the queue. */
  const attempt = async (of = document) => {
    const { signal } = new AbortController();
    const input = JSON.stringify({ document: of, address: ADDRESS });
    await runJob(handler, input, { id: randomUUID(), attempt: 1, signal });
  };
  const invite = (of = document) =>
    fixture.do('ada', {
      name: 'address:invite',
      input: { document: of, address: ADDRESS, role: 'viewer', isMailed: true },
    });
  const withdraw = () =>
    fixture.do('ada', { name: 'address:withdraw', input: { document, address: ADDRESS } });
  return { fixture, state, clock, time, mails, runDue, attempt, invite, withdraw, handler };
}

test('IA3 a mail says where the document is, and no word that anybody wrote', async () => {
  const { mails, invite, runDue } = await scene();
  await invite();
  await runDue();
  const [mail] = mails;
  expect(mail).toMatchObject({
    to: ADDRESS,
    subject: 'A document on docs.example.org was shared with you',
  });
  expect(mail?.text).toContain(`\nhttps://docs.example.org/d/${document}\n`);
  expect(mail?.text).not.toMatch(/Plan|Name of ada|editor|viewer/);
  await invite();
  expect(await runDue()).toBe(false);
});

test('IA3 it names an account to create only where everybody may have one', async () => {
  const { fixture, mails, invite, attempt } = await scene();
  await invite();
  for (const registration of ['open', 'invitation', 'closed'] as const) {
    await writeServerSettings(fixture.db, { registration });
    await attempt();
  }
  expect(mails.map(({ text }) => text.includes('create an account'))).toEqual([true, false, false]);
  expect(mails[2]?.text).toContain(
    'Open it within 30 days, and sign in to an account whose confirmed address this is.\n',
  );
});

test('IA4 one that was withdrawn or has expired is not mailed', async () => {
  const { fixture, mails, invite, withdraw, runDue } = await scene();
  await invite();
  await withdraw();
  await runDue();
  await invite();
  fixture.now += SHARING.invitedForMs;
  await runDue();
  expect(mails).toEqual([]);
});

test('IA4 an address gets a few mails in a day, no matter who invites it and how often', async () => {
  const { clock, time, mails, invite, withdraw, runDue } = await scene();
  for (let i = 0; i < 20; i++) {
    await invite();
    await runDue();
    await withdraw();
  }
  expect(mails).toHaveLength(REQUEST_RATES.shareMailsToAddress.burst);
  clock.advance(24 * 60 * 60_000);
  time.laterMs += 24 * 60 * 60_000;
  for (let i = 0; i < 20; i++) {
    await invite();
    await runDue();
    await withdraw();
  }
  expect(mails).toHaveLength(2 * REQUEST_RATES.shareMailsToAddress.burst);
});

test('IA4 what the server may not mail yet waits', async () => {
  const { fixture, clock, time, mails, invite, runDue } = await scene({ burst: 1, perSecond: 1 });
  const other = 'another-document-of-ada';
  await fixture.do('ada', { name: 'document:create', input: { document: other } });
  await invite();
  await invite(other);
  await runDue();
  await runDue();
  expect(mails).toHaveLength(1);
  expect(await runDue()).toBe(false);
  clock.advance(1_000);
  time.laterMs += ACCOUNTS.mailWaitMs;
  await runDue();
  expect(mails).toHaveLength(2);
});

test('IA4 what its address may not have yet waits, while it is invited', async () => {
  const { fixture, clock, time, mails, invite, withdraw, runDue } = await scene();
  const { burst, perSecond } = REQUEST_RATES.shareMailsToAddress;
  const ids = Array.from({ length: burst + 2 }, (_, i) => `document-${i}-of-ada`);
  for (const id of ids.slice(1)) {
    await fixture.do('ada', { name: 'document:create', input: { document: id } });
    await invite(id);
  }
  for (let i = 0; i < burst + 1; i++) await runDue();
  await invite();
  await runDue();
  expect(mails).toHaveLength(burst);
  expect(await runDue()).toBe(false);
  await withdraw();
  for (let i = 0; i < 3; i++) {
    clock.advance(1_000 / perSecond + 1);
    time.laterMs += 1_000 / perSecond + 1;
    while (await runDue());
  }
  // All but the one that was withdrawn.
  expect(new Set(mails.map(({ text }) => /\/d\/\S+/.exec(text)?.[0]))).toEqual(
    new Set(ids.slice(1).map((id) => `/d/${id}`)),
  );
  expect(mails).toHaveLength(burst + 1);
});

test('AC29 one that is refused for good is not tried again, and others are', async () => {
  const { state, attempt, invite, handler } = await scene();
  await invite();
  state.failure = 'permanent';
  await expect(attempt()).rejects.toThrow(PermanentJobError);
  state.failure = 'temporary';
  await expect(attempt()).rejects.toThrow(MailFailure);
  expect(handler.maxFailures).toBe(ACCOUNTS.maxMailFailures);
});

test('IA4 a mail that may have arrived is not sent again, and counts', async () => {
  const { state, mails, attempt, invite } = await scene();
  await invite();
  state.failure = 'unanswered';
  const { burst } = REQUEST_RATES.shareMailsToAddress;
  for (let i = 0; i < burst; i++) await expect(attempt()).rejects.toThrow(PermanentJobError);
  state.failure = null;
  await attempt();
  expect(mails).toHaveLength(burst);
});

test('IA4 AC29 attempts that fail for now take nothing of what an address may have, refused ones do', async () => {
  const { state, mails, attempt, invite } = await scene();
  const { burst } = REQUEST_RATES.shareMailsToAddress;
  await invite();
  state.failure = 'temporary';
  for (let i = 0; i < burst + 1; i++) await expect(attempt()).rejects.toThrow(MailFailure);
  state.failure = null;
  mails.length = 0;
  await attempt();
  expect(mails).toHaveLength(1);
  state.failure = 'permanent';
  for (let i = 1; i < burst; i++) await expect(attempt()).rejects.toThrow(PermanentJobError);
  await attempt();
  expect(mails).toHaveLength(burst);
});
