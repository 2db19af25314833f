import { randomUUID } from 'node:crypto';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { Fixture } from '../commands/handlers/testing/command-fixture.ts';
import { PermanentJobError, runJob } from '../jobs/job-handler.ts';
import { REQUEST_RATES } from '../limits.ts';
import { MailFailure, type Mail, type MailFailureKind } from '../mail/mailer.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { addIdentity, verifyAddress } from '../storage/identities.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';
import { droppedNotices, noticeMail, noticeMailJob, type NoticedChange } from './notice-mail.ts';

const EMAIL = 'ada@example.org';
const jobOf = (change: NoticedChange) =>
  noticeMailJob('the command', { user: 'ada', change, at: 0 });

async function setUp() {
  const { db } = await Fixture.open(['ada']);
  const identity = { issuer: 'email', subject: EMAIL, credential: 'hash' };
  await addIdentity(db, { ...identity, user: 'ada', at: 0 });
  const mails: Mail[] = [];
  const again: NewJob[] = [];
  const state = { failure: null as MailFailureKind | null };
  const clock = new ManualClock();
  const rates = {
    noticesToPerson: new KeyedRateLimiter({ rate: REQUEST_RATES.noticesToPerson, clock }),
    all: new KeyedRateLimiter({ rate: { burst: 100, perSecond: 1 }, clock }),
  };
  const handler = noticeMail({
    ...{ db, rates },
    jobs: { enqueue: async (jobs) => void again.push(...jobs) },
    mailer: {
      async send(mail) {
        if (state.failure !== null) throw new MailFailure(state.failure, state.failure);
        mails.push(mail);
      },
    },
    publicUrl: new URL('https://docs.example.org'),
  });
  const run = async (change: NoticedChange = 'passkey-added'): Promise<void> => {
    const { signal } = new AbortController();
    await runJob(handler, jobOf(change).input, { id: randomUUID(), attempt: 1, signal });
  };
  const confirm = () => verifyAddress(db, { subject: EMAIL, at: 1 });
  return { mails, again, state, rates, run, confirm };
}

test('AC32 a notice is mailed to a confirmed address alone, and says what to do', async () => {
  const { mails, run, confirm } = await setUp();
  await run();
  expect(mails).toEqual([]);
  await confirm();
  await run();
  expect(mails).toMatchObject([
    {
      to: EMAIL,
      subject: 'A passkey was added to your account for Tandem on docs.example.org',
      text: expect.stringContaining('https://docs.example.org/') as string,
    },
  ]);
  expect(mails[0]?.text).toContain('at 1970-01-01 00:00 UTC');
});

test('AC32 a person whose passkeys an administrator removed is told so', async () => {
  const { mails, run, confirm } = await setUp();
  await confirm();
  await run('passkeys-removed-by-administrator');
  expect(mails[0]?.text).toMatch(/An administrator of the server did this/);
  expect(mails[0]?.text).toMatch(/your API tokens are revoked, and your webhooks are switched off/);
});

test('AC28, AC32 notices have a limit of their own, and wait while the server has sent too many mails', async () => {
  const { mails, again, rates, run, confirm } = await setUp();
  await confirm();
  rates.all.tryTake('all', 100);
  await run();
  expect([mails, again.length]).toEqual([[], 1]);
  rates.all.refund('all', 100);
  for (let i = 0; i < REQUEST_RATES.noticesToPerson.burst + 3; i++) await run();
  expect(mails).toHaveLength(REQUEST_RATES.noticesToPerson.burst);
  // Nobody hides a change behind many others.
  const last = mails.map(({ text }) => /not mailed about further ones/.test(text));
  expect(last).toEqual([...Array.from({ length: mails.length - 1 }, () => false), true]);
});

test('AC32 a notice that could not be sent takes none of those that may be', async () => {
  const { mails, state, run, confirm } = await setUp();
  await confirm();
  state.failure = 'temporary';
  const { burst } = REQUEST_RATES.noticesToPerson;
  for (let i = 0; i < burst; i++) await expect(run()).rejects.toThrow(MailFailure);
  state.failure = null;
  await run();
  expect(mails).toHaveLength(1);
});

test('AC29, AC32 a notice that is refused for good is not tried again', async () => {
  const { state, run, confirm } = await setUp();
  await confirm();
  state.failure = 'temporary';
  await expect(run()).rejects.toThrow(MailFailure);
  state.failure = 'permanent';
  await expect(run()).rejects.toThrow(PermanentJobError);
});

test('AC32 a server without mails keeps no notices', async () => {
  const { signal } = new AbortController();
  const context = { id: randomUUID(), attempt: 1, signal };
  await expect(
    runJob(droppedNotices, jobOf('passkey-added').input, context),
  ).resolves.toBeUndefined();
});
