/** WH1, WH2 and WH11 of `webhooks/README.md`. */
import { MAX_WEBHOOKS } from '@tandem/protocol';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { ACCOUNTS } from '../../storage/limits.ts';
import { listAudit } from '../../storage/audit/audit-log.ts';
import { addOneTime } from '../../storage/one-time-tokens.ts';
import { createSession } from '../../storage/sessions.ts';
import { findDelivery, findWebhook, listWebhooks } from '../../storage/webhooks.ts';
import { Fixture, type AnyCall } from './testing/command-fixture.ts';

const EMAIL = { issuer: 'email', subject: 'ada@example.org' };
const CORP = { issuer: 'https://id.example.org', subject: 'ada at corp' };
const SECRET = 'whsec_of-the-first';
const FORBIDDEN = { kind: 'refused', error: { code: 'forbidden' } };
const NOT_FOUND = { kind: 'refused', error: { code: 'not-found' } };

const signUp = (user: string): AnyCall => ({
  name: 'account:sign-up',
  input: {
    session: { id: `laptop of ${user}`, agent: 'Firefox', network: null, replaces: null },
    identity: { ...EMAIL, subject: `${user}@example.org`, credential: 'hash' },
    ...{ profile: null, invitation: null },
  },
});
const create = (
  id: string,
  { session = 'laptop of ada', about = null }: { session?: string; about?: string | null } = {},
): AnyCall => ({
  name: 'webhook:create',
  input: {
    ...{ id, name: 'Lantern', url: 'https://receiver.example/', secret: SECRET, session, about },
    events: ['comment.created', 'comment.created', 'document.changed'],
  },
});
const sendTest = (id: string): AnyCall => ({ name: 'webhook:test', input: { id, event: ulid() } });

async function withAccounts(): Promise<Fixture> {
  const fixture = await Fixture.open(['ada', 'bob']);
  for (const user of ['ada', 'bob']) await fixture.do(user, signUp(user));
  return fixture;
}

test('WH1 guests make none, nor does somebody who has not shown who they are', async () => {
  const guest = await Fixture.open(['ada']);
  const session = { id: 'laptop of ada', user: 'ada', at: 0, expiresAt: 9e15 };
  await createSession(guest.db, session);
  expect(await guest.run('ada', create(ulid()))).toMatchObject(FORBIDDEN);
  const fixture = await withAccounts();
  for (const other of ['laptop of bob', 'unknown'])
    expect(await fixture.run('ada', create(ulid(), { session: other }))).toMatchObject(FORBIDDEN);
  const id = ulid();
  await fixture.do('ada', create(id));
  fixture.now += ACCOUNTS.confirmedForMs;
  expect(await fixture.run('ada', create(ulid()))).toMatchObject(FORBIDDEN);
  const rotate: AnyCall = {
    name: 'webhook:rotate',
    input: { id, secret: 'whsec_other', session: 'laptop of ada' },
  };
  expect(await fixture.run('ada', rotate)).toMatchObject(FORBIDDEN);
  await fixture.do('ada', {
    name: 'account:confirm',
    input: { session: 'laptop of ada', verifiedHash: 'hash' },
  });
  await fixture.do('ada', rotate);
  expect((await findWebhook(fixture.db, id))?.secret).toBe('whsec_other');
});

test('WH1 a bounded number, also when they are made at once, and no list has a secret', async () => {
  const fixture = await withAccounts();
  const answers = await fixture.runAll(
    Array.from({ length: MAX_WEBHOOKS + 1 }, () => ({ user: 'ada', call: create(ulid()) })),
  );
  expect(answers.filter(({ kind }) => kind === 'done')).toHaveLength(MAX_WEBHOOKS);
  expect(JSON.stringify(await listWebhooks(fixture.db, 'ada'))).not.toContain('whsec_');
});

test('WH1 one about a document only of those that its person may read', async () => {
  const fixture = await withAccounts();
  const about = 'document-of-bob-himself';
  await fixture.do('bob', { name: 'document:create', input: { document: about } });
  await fixture.do('bob', { name: 'link:change', input: { document: about, link: 'off' } });
  expect(await fixture.run('ada', create(ulid(), { about }))).toMatchObject(NOT_FOUND);
  await fixture.do('bob', create(ulid(), { about, session: 'laptop of bob' }));
});

const resume = (id: string, session = 'laptop of ada'): AnyCall => ({
  name: 'webhook:resume',
  input: { id, session },
});

test('WH2 a webhook is its person’s only', async () => {
  const fixture = await withAccounts();
  const id = ulid();
  await fixture.do('ada', create(id));
  const before = await findWebhook(fixture.db, id);
  const calls: readonly AnyCall[] = [
    {
      name: 'webhook:rotate',
      input: { id, secret: 'whsec_of-bob', session: 'laptop of bob' },
    },
    { name: 'webhook:pause', input: { id } },
    resume(id, 'laptop of bob'),
    sendTest(id),
  ];
  for (const call of calls) expect(await fixture.run('bob', call)).toMatchObject(NOT_FOUND);
  await fixture.do('bob', { name: 'webhook:end', input: { id } });
  expect(await findWebhook(fixture.db, id)).toEqual(before);
  expect(await findDelivery(fixture.db, id)).toBeUndefined();
  expect(await listWebhooks(fixture.db, 'bob')).toEqual([]);
});

test('WH10 WH12 one test waits at a time, and none while it is paused', async () => {
  const fixture = await withAccounts();
  const id = ulid();
  await fixture.do('ada', create(id));
  await fixture.do('ada', sendTest(id));
  expect(await fixture.run('ada', sendTest(id))).toMatchObject(FORBIDDEN);
  await fixture.do('ada', { name: 'webhook:pause', input: { id } });
  expect(await findDelivery(fixture.db, id)).toBeUndefined();
  expect(await fixture.run('ada', sendTest(id))).toMatchObject(FORBIDDEN);
  await fixture.do('ada', resume(id));
  await fixture.do('ada', sendTest(id));
});

const newPassword: AnyCall = {
  name: 'account:change-password',
  input: {
    ...{ passwordHash: 'other', verifiedHash: 'hash', session: 'laptop of ada' },
    removesPasskeys: false,
  },
};
test.each<readonly [string, readonly AnyCall[]]>([
  ['a new password', [newPassword]],
  [
    'a password set by a mailed link',
    [{ name: 'account:reset-password', input: { tokenHash: 'reset', passwordHash: 'x' } }],
  ],
  [
    'a removed identity',
    [
      { name: 'account:link', input: { identity: CORP } },
      {
        name: 'account:unlink',
        input: { identity: CORP, keeps: EMAIL, session: 'laptop of ada' },
      },
    ],
  ],
])('WH11 %s switches all of them off, and deletes what waits', async (_, calls) => {
  const fixture = await withAccounts();
  const [id, paused, other] = [ulid(), ulid(), ulid()];
  await fixture.do('ada', create(id));
  await fixture.do('ada', create(paused));
  await fixture.do('ada', { name: 'webhook:pause', input: { id: paused } });
  await fixture.do('bob', create(other, { session: 'laptop of bob' }));
  await fixture.do('ada', sendTest(id));
  const reset = { hash: 'reset', purpose: 'password-reset', subject: 'ada' } as const;
  await addOneTime(fixture.db, { ...reset, at: 0, expiresAt: Number.MAX_SAFE_INTEGER });
  for (const call of calls) await fixture.do('ada', call);
  const state = async (webhook: string) => (await findWebhook(fixture.db, webhook))?.state;
  expect([await state(id), await state(paused), await state(other)]).toEqual(['off', 'off', 'on']);
  expect(await findDelivery(fixture.db, id)).toBeUndefined();
  // Who finds an open page does not switch on what an intruder has made.
  fixture.now += ACCOUNTS.confirmedForMs;
  expect(await fixture.run('ada', resume(id))).toMatchObject(FORBIDDEN);
  expect(await state(id)).toBe('off');
  const session = { id: 'another laptop', user: 'ada', at: fixture.now, expiresAt: 9e15 };
  await createSession(fixture.db, session);
  await fixture.do('ada', resume(id, session.id));
  expect(await state(id)).toBe('on');
});

test('AU1 AU2 who made, changed or ended one is recorded, without its name and address', async () => {
  const fixture = await withAccounts();
  const id = ulid();
  const choose = (name: 'webhook:pause' | 'webhook:end'): AnyCall => ({
    name,
    input: { id },
  });
  const calls: readonly AnyCall[] = [
    create(id),
    { name: 'webhook:rotate', input: { id, secret: 'whsec_2', session: 'laptop of ada' } },
    sendTest(id),
    ...[choose('webhook:pause'), choose('webhook:pause')],
    ...[resume(id), resume(id)],
    ...[choose('webhook:end'), choose('webhook:end')],
  ];
  for (const call of calls) await fixture.do('ada', call);
  const { entries } = await listAudit(fixture.db, { person: 'ada' }, 100);
  const seen = entries.toReversed().filter(({ action }) => action.startsWith('webhook:'));
  expect(seen.map(({ actor, action, detail }) => ({ actor, action, detail }))).toEqual([
    {
      ...{ actor: 'ada', action: 'webhook:created' },
      detail: { events: ['comment.created', 'document.changed'] },
    },
    { actor: 'ada', action: 'webhook:secret-changed', detail: {} },
    { actor: 'ada', action: 'webhook:paused', detail: {} },
    { actor: 'ada', action: 'webhook:resumed', detail: {} },
    { actor: 'ada', action: 'webhook:ended', detail: {} },
  ]);
  expect(JSON.stringify(entries)).not.toMatch(/Lantern|receiver|whsec/);
});
