import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Fixture, type AnyCall } from '../commands/handlers/testing/command-fixture.ts';
import { PermanentJobError, runJob } from '../jobs/job-handler.ts';
import { ACCOUNTS } from '../limits.ts';
import { MailFailure, type MailFailureKind, type Mail } from '../mail/mailer.ts';
import { linkMail } from './link-mail.ts';

const EMAIL = 'ada@example.org';
const request: AnyCall = { name: 'account:request-reset', input: { email: EMAIL } };
const changePassword = (verifiedHash: string): AnyCall => ({
  name: 'account:change-password',
  input: { passwordHash: `after ${verifiedHash}`, verifiedHash, session: 'laptop' },
});

async function withAccount() {
  const fixture = await Fixture.open(['ada']);
  await fixture.do('ada', {
    name: 'account:sign-up',
    input: {
      session: { id: 'laptop', agent: 'Firefox', replaces: null },
      identity: { issuer: 'email', subject: EMAIL, credential: 'hash' },
      ...{ profile: null, invitation: null },
    },
  });
  const { db } = fixture;
  const mails: Mail[] = [];
  const state = { failure: null as MailFailureKind | null, isBusy: false };
  const handler = linkMail({
    db,
    mailer: {
      async send(mail) {
        mails.push(mail);
        if (state.failure !== null) throw new MailFailure(state.failure, state.failure);
      },
    },
    publicUrl: new URL('https://docs.example.org'),
    clock: { now: () => fixture.now },
    tryCount: () => !state.isBusy,
  });
  const run = async (): Promise<void> => {
    const { input } = await db.selectFrom('job').select('input').executeTakeFirstOrThrow();
    const { signal } = new AbortController();
    await runJob(handler, input, { id: randomUUID(), attempt: 1, signal });
  };
  const links = () => db.selectFrom('one_time').selectAll().execute();
  return { fixture, state, mails, run, links };
}

test('AC25 a new password also ends a link that was asked for before and is not mailed yet', async () => {
  const { fixture, mails, run, links } = await withAccount();
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
  const { fixture, state, mails, run, links } = await withAccount();
  await fixture.do('server', request);
  state.isBusy = true;
  await expect(run()).rejects.toThrow('too many');
  expect([mails, await links()]).toEqual([[], []]);
  state.isBusy = false;
  await run();
  expect(mails).toHaveLength(1);
});
