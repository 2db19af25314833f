/** AD3 to AD8 of `accounts/README.md`. */
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { ACCOUNTS } from '../../storage/limits.ts';
import { addApiToken, findApiTokenUser } from '../../storage/api-tokens.ts';
import { listAudit } from '../../storage/audit/audit-log.ts';
import {
  addIdentity,
  listAdministrators,
  removeIdentity,
  setAdministrator,
  verifyAddress,
  type IdentityKey,
} from '../../storage/identities.ts';
import { listOneTime } from '../../storage/one-time-tokens.ts';
import { addPasskey, listPasskeys } from '../../storage/passkeys.ts';
import { confirmSession, createSession, findSession } from '../../storage/sessions.ts';
import { registerUser } from '../../storage/users.ts';
import { addWebhook, findWebhook } from '../../storage/webhooks.ts';
import { Fixture, type AnyCall } from './testing/command-fixture.ts';

const FOREVER = Number.MAX_SAFE_INTEGER;

/** Ada is the administrator, Ben and Cy have accounts, and there is a guest. */
async function scene(): Promise<Fixture> {
  const fixture = await Fixture.open(['ada', 'ben', 'cy', 'guest']);
  const { db } = fixture;
  for (const user of ['ada', 'ben', 'cy']) {
    await registerUser(db, { id: user, at: 0 });
    const identity = { issuer: 'email', subject: `${user}@example.org`, credential: 'hash' };
    await addIdentity(db, { ...identity, user, at: 0 });
  }
  for (const user of ['ada', 'ben', 'cy', 'guest'])
    await createSession(db, { id: `of ${user}`, user, at: 0, expiresAt: FOREVER });
  await setAdministrator(db, 'ada', true);
  return fixture;
}

const by = (user: string) => ({ isNamed: false, session: `of ${user}` });
const block = (person: string, isBlocked = true): AnyCall => ({
  ...{ name: 'person:block', input: { person, isBlocked, by: by('ada') } },
});
const administer = (person: string, isAdministrator: boolean, user = 'ada'): AnyCall => ({
  ...{ name: 'person:administer', input: { person, isAdministrator, by: by(user) } },
});
const emailOf = (person: string) => ({ issuer: 'email', subject: `${person}@example.org` });
const signOut = (
  person: string,
  removesPasskeys = false,
  keeps: IdentityKey | null = removesPasskeys ? emailOf(person) : null,
): AnyCall => ({
  ...{ name: 'person:end-sessions', input: { person, removesPasskeys, keeps, by: by('ada') } },
});
const signIn = (user: string): AnyCall => ({
  name: 'account:sign-in',
  input: {
    session: { id: `new of ${user}`, agent: '', network: null, replaces: null },
    guest: null,
    identity: {
      ...{ issuer: 'email', subject: `${user}@example.org`, credential: 'hash' },
      verifiedEmail: null,
    },
  },
});

const recorded = async ({ db }: Fixture) =>
  (await listAudit(db, {}, 100)).entries
    .toReversed()
    .map(({ action, actor, person, detail }) => ({ action, actor, person, detail }));

async function refusal(fixture: Fixture, user: string, call: AnyCall): Promise<string> {
  const answer = await fixture.run(user, call);
  return answer.kind === 'refused' ? answer.error.message : 'done';
}

test('AD3 all sessions of a person end, and nobody else’s', async () => {
  const fixture = await scene();
  await createSession(fixture.db, { id: 'phone', user: 'ben', at: 0, expiresAt: FOREVER });
  await fixture.do('ada', signOut('ben'));
  for (const session of ['of ben', 'phone']) {
    expect(await findSession(fixture.db, session)).toBeUndefined();
    expect(fixture.effects).toContainEqual({ kind: 'session-ended', user: 'ben', session });
  }
  expect(await findSession(fixture.db, 'of cy')).toBeDefined();
  await fixture.do('ada', signOut('guest'));
  await fixture.do('ada', signOut('guest'));
  expect(await recorded(fixture)).toEqual([
    { action: 'person:signed-out', actor: 'ada', person: 'ben', detail: { count: 2 } },
    { action: 'person:signed-out', actor: 'ada', person: 'guest', detail: { count: 1 } },
  ]);
  expect(await refusal(fixture, 'ada', signOut('ada'))).toMatch(/own account/);
});

test('AD3 the passkeys of a person go with the sessions where that is asked for, but no only way', async () => {
  const fixture = await scene();
  const { db } = fixture;
  const add = async (id: string, user: string) => {
    const passkey = { id, host: 'localhost', publicKey: 'key', counter: 0, transports: [] };
    await addPasskey(db, { ...passkey, user, name: id, at: 0 });
  };
  for (const id of ['one', 'two']) await add(id, 'ben');
  await add('of cy', 'cy');
  await addApiToken(db, {
    ...{ id: 'token', user: 'ben', name: 'Bot', beginning: 'tandem_1' },
    ...{ scopes: ['search:read'], at: 0, expiresAt: null },
  });
  const ofToken = async () => (await findApiTokenUser(db, { id: 'token', at: 1 }))?.user.id;
  const webhook = ulid();
  await addWebhook(db, {
    ...{ id: webhook, user: 'ben', name: 'Lantern', url: 'https://receiver.example/' },
    ...{ secret: 'whsec_1', events: ['comment.created'], document: null, at: 0 },
  });
  const stateOfWebhook = async () => (await findWebhook(db, webhook))?.state;
  await fixture.do('ada', signOut('ben'));
  expect(await listPasskeys(db, 'ben')).toHaveLength(2);
  expect([await ofToken(), await stateOfWebhook()]).toEqual(['ben', 'on']);
  await createSession(db, { id: 'new of ben', user: 'ben', at: 0, expiresAt: FOREVER });
  await verifyAddress(db, { subject: 'ben@example.org', at: 0 });
  await fixture.do('ada', signOut('ben', true));
  expect(await listPasskeys(db, 'ben')).toEqual([]);
  // AT6, WH11
  expect([await ofToken(), await stateOfWebhook()]).toEqual([undefined, 'off']);
  expect(await findSession(db, 'new of ben')).toBeUndefined();
  // AC32
  const notices = db.selectFrom('job').select('input').where('kind', '=', 'notice-mail');
  expect((await notices.execute()).map(({ input }) => JSON.parse(input) as unknown)).toMatchObject([
    { user: 'ben', change: 'passkeys-removed-by-administrator' },
  ]);
  expect((await recorded(fixture)).slice(-2)).toEqual([
    { action: 'account:passkeys-removed', actor: 'ada', person: 'ben', detail: { count: 2 } },
    { action: 'person:signed-out', actor: 'ada', person: 'ben', detail: { count: 1 } },
  ]);
  expect(await refusal(fixture, 'ada', signOut('cy', true, null))).toMatch(/with passkeys only/);
  await removeIdentity(db, { issuer: 'email', subject: 'cy@example.org', user: 'cy' });
  expect(await refusal(fixture, 'ada', signOut('cy', true))).toMatch(/with passkeys only/);
  expect(await findSession(db, 'of cy')).toBeDefined();
  expect(await listPasskeys(db, 'cy')).toHaveLength(1);
  fixture.now = ACCOUNTS.confirmedForMs + 1_000;
  expect(await refusal(fixture, 'ada', signOut('ben', true))).toMatch(/Show first that it is you/);
});

test('AD4 a blocked account has no session, no token and no way in until it is unblocked', async () => {
  const fixture = await scene();
  const { db } = fixture;
  await addApiToken(db, {
    ...{ id: 'token', user: 'ben', name: 'Bot', beginning: 'tandem_1' },
    ...{ scopes: ['search:read'], at: 0, expiresAt: null },
  });
  const token = async () => (await findApiTokenUser(db, { id: 'token', at: 1 }))?.user.id;
  expect(await token()).toBe('ben');
  await fixture.do('ada', block('ben'));
  expect(await findSession(db, 'of ben')).toBeUndefined();
  expect(fixture.effects).toContainEqual({ kind: 'session-ended', user: 'ben', session: 'of ben' });
  expect(await token()).toBeUndefined();
  expect(await refusal(fixture, 'ben', signIn('ben'))).toMatch(/blocked this account/);
  expect(await findSession(db, 'new of ben')).toBeUndefined();
  await fixture.do('ada', block('ben', false));
  await fixture.do('ada', block('ben', false));
  await fixture.do('ben', signIn('ben'));
  expect(await token()).toBe('ben');
  expect((await recorded(fixture)).map(({ action, person }) => [action, person])).toEqual([
    ['person:blocked', 'ben'],
    ['person:unblocked', 'ben'],
    ['account:signed-in', null],
  ]);
});

test('AD4 nobody blocks themselves, an administrator, a guest, or nobody', async () => {
  const fixture = await scene();
  await fixture.do('ada', administer('ben', true));
  expect(await refusal(fixture, 'ada', block('ada'))).toMatch(/own account/);
  expect(await refusal(fixture, 'ada', block('ben'))).toMatch(/is an administrator/);
  expect(await refusal(fixture, 'ada', block('guest'))).toMatch(/is a guest/);
  expect(await refusal(fixture, 'ada', block('nobody'))).toMatch(/no longer exists/);
  await fixture.do('ada', block('cy'));
  expect(await refusal(fixture, 'ada', administer('cy', true))).toMatch(/is blocked/);
});

test('AD5 the last administrator stays one, also among commands of one transaction', async () => {
  const fixture = await scene();
  const { db } = fixture;
  expect(await refusal(fixture, 'ada', administer('ada', false))).toMatch(/only administrator/);
  await fixture.do('ada', administer('ben', true));
  expect(fixture.effects).toContainEqual({ kind: 'administrators-changed' });
  expect((await listAdministrators(db)).toSorted()).toEqual(['ada', 'ben']);
  const answers = await fixture.runAll([
    { user: 'ada', call: administer('ben', false) },
    { user: 'ben', call: administer('ada', false, 'ben') },
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'refused']);
  expect(await listAdministrators(db)).toEqual(['ada']);
  expect((await recorded(fixture)).map(({ action, person }) => [action, person])).toEqual([
    ['administrator:added', 'ben'],
    ['administrator:removed', 'ben'],
  ]);
  expect(await refusal(fixture, 'ada', administer('guest', true))).toMatch(/is a guest/);
});

test('AD7 who has lost the role gives no command of administrators, however it began', async () => {
  const fixture = await scene();
  const { db } = fixture;
  await fixture.do('ada', administer('ben', true));
  await fixture.do('ada', administer('ben', false));
  const calls: readonly AnyCall[] = [
    administer('ben', true, 'ben'),
    { name: 'person:block', input: { person: 'cy', isBlocked: true, by: by('ben') } },
    {
      name: 'person:end-sessions',
      input: { person: 'cy', removesPasskeys: false, keeps: null, by: by('ben') },
    },
    { name: 'settings:change', input: { registration: 'closed', by: by('ben') } },
    { name: 'account:invite', input: { tokenHash: 'digest', by: by('ben') } },
    { name: 'account:end-invitation', input: { tokenHash: 'digest', by: by('ben') } },
    { name: 'publication:take-down', input: { publication: 'f'.repeat(32), by: by('ben') } },
  ];
  for (const call of calls)
    expect(await refusal(fixture, 'ben', call)).toBe(
      'Only administrators of this server may do this.',
    );
  expect(await listAdministrators(db)).toEqual(['ada']);
  expect(await findSession(db, 'of cy')).toBeDefined();
});

test('AD5 the invitations of an administrator end with the role', async () => {
  const fixture = await scene();
  const { db } = fixture;
  await fixture.do('ada', administer('ben', true));
  for (const user of ['ada', 'ben']) {
    const input = { tokenHash: `of ${user}`, by: by(user) };
    await fixture.do(user, { name: 'account:invite', input });
  }
  await fixture.do('ada', administer('ben', false));
  const open = await listOneTime(db, { purpose: 'invitation', at: 1, limit: 9 });
  expect(open.map(({ token_hash }) => token_hash)).toEqual(['of ada']);
});

test('AD8 power is given and taken by somebody who showed a moment ago who they are', async () => {
  const fixture = await scene();
  fixture.now = ACCOUNTS.confirmedForMs + 1_000;
  for (const call of [administer('ben', true), administer('ada', false), block('ben')])
    expect(await refusal(fixture, 'ada', call)).toMatch(/Show first that it is you/);
  const stolen = { name: 'person:administer' as const };
  const input = { person: 'ben', isAdministrator: true, by: by('ben') };
  await confirmSession(fixture.db, { id: 'of ben', at: fixture.now });
  expect(await refusal(fixture, 'ada', { ...stolen, input })).toMatch(/Show first/);
  await fixture.do('ada', signOut('cy'));
  await confirmSession(fixture.db, { id: 'of ada', at: fixture.now });
  await fixture.do('ada', block('ben'));
});

test('AD3 an administrator is not signed out by another', async () => {
  const fixture = await scene();
  await fixture.do('ada', administer('ben', true));
  expect(await refusal(fixture, 'ada', signOut('ben'))).toMatch(/is an administrator/);
});
