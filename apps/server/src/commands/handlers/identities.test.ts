/** What signs in to an account: providers that are connected with it, and a password that is set by a mailed link. */
import { MAX_IDENTITIES } from '@tandem/protocol/accounts';
import { expect, test } from 'vitest';
import { ACCOUNTS } from '../../storage/limits.ts';
import { findIdentity } from '../../storage/identities.ts';
import { addOneTime } from '../../storage/one-time-tokens.ts';
import { findSession } from '../../storage/sessions.ts';
import { newSession, signUp } from './testing/account-calls.ts';
import { Fixture, type AnyCall } from './testing/command-fixture.ts';

const CORP = { issuer: 'https://id.example.org', subject: 'ada at corp' };
const link = (identity = CORP): AnyCall => ({ name: 'account:link', input: { identity } });
const EMAIL = { issuer: 'email', subject: 'ada@example.org' };
const unlink = (session: string, { identity = CORP, keeps = EMAIL } = {}): AnyCall => ({
  name: 'account:unlink',
  input: { identity, keeps, session },
});
const signInByCorp = (session: string, verifiedEmail: string | null = null): AnyCall => ({
  name: 'account:sign-in',
  input: {
    session: newSession(session),
    guest: null,
    identity: { ...CORP, credential: null, verifiedEmail },
  },
});

async function connected(): Promise<Fixture> {
  const fixture = await Fixture.open(['ada', 'bob']);
  await fixture.do('ada', signUp('ada@example.org', 'laptop'));
  await fixture.do('ada', link());
  return fixture;
}

test('AC23 an identity is removed while its person has shown who they are, or after they did again', async () => {
  const fixture = await connected();
  fixture.now += ACCOUNTS.confirmedForMs;
  const refused = { kind: 'refused', error: { code: 'forbidden' } };
  expect(await fixture.run('ada', unlink('laptop'))).toMatchObject(refused);
  const confirm = (verifiedHash: string): AnyCall => ({
    name: 'account:confirm',
    input: { session: 'laptop', verifiedHash },
  });
  expect(await fixture.run('ada', confirm('an older hash'))).toMatchObject(refused);
  expect(await fixture.run('ada', unlink('laptop'))).toMatchObject(refused);
  await fixture.do('ada', confirm('hash'));
  await fixture.do('ada', unlink('laptop'));
  expect(await findIdentity(fixture.db, CORP)).toBeUndefined();
});

test('AC24 a removed identity signs nobody in, ends the other sessions, and belongs to nobody', async () => {
  const fixture = await connected();
  await fixture.do('ada', signInByCorp('phone'));
  expect(await fixture.run('bob', unlink('laptop'))).toMatchObject({ kind: 'refused' });
  await fixture.do('ada', unlink('laptop'));
  expect(await findSession(fixture.db, 'phone')).toBeUndefined();
  expect(await findSession(fixture.db, 'laptop')).toBeDefined();
  expect(fixture.effects).toContainEqual({ kind: 'session-ended', user: 'ada', session: 'phone' });
  expect(await fixture.run('ada', signInByCorp('late'))).toMatchObject({ kind: 'refused' });
  expect(await fixture.run('ada', signInByCorp('late', EMAIL.subject))).toMatchObject({
    kind: 'refused',
  });
  expect(await fixture.run('ada', unlink('laptop'))).toMatchObject({
    kind: 'refused',
    error: { code: 'not-found' },
  });
  await fixture.do('bob', signUp('bob@example.org', 'of bob'));
  await fixture.do('bob', link());
});

test('AC24 the last way to sign in stays, also when two requests remove one each at once', async () => {
  const fixture = await connected();
  const other = { issuer: CORP.issuer, subject: 'ada at home' };
  await fixture.do('ada', link(other));
  const calls = [
    unlink('laptop', { identity: CORP, keeps: other }),
    unlink('laptop', { identity: other, keeps: CORP }),
  ];
  const answers = await fixture.runAll(calls.map((call) => ({ user: 'ada', call })));
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'refused']);
  const password = unlink('laptop', { identity: EMAIL, keeps: other });
  expect(await fixture.run('ada', password)).toMatchObject({ kind: 'refused' });
});

test('AC17 a verified address leads into the account where it was verified here, too', async () => {
  const fixture = await Fixture.open(['ada']);
  await fixture.do('ada', signUp('ada@example.org', 'laptop'));
  const call = signInByCorp('phone', EMAIL.subject);
  expect(await fixture.run('ada', call)).toMatchObject({ kind: 'refused' });
  await fixture.db.updateTable('identity').set({ verified_at: 1 }).execute();
  await fixture.do('ada', call);
  expect((await findIdentity(fixture.db, CORP))?.user).toBe('ada');
});

test('AC24 a removed identity is not added again by its address, but by its person', async () => {
  const fixture = await connected();
  await fixture.db.updateTable('identity').set({ verified_at: 1 }).execute();
  await fixture.do('ada', unlink('laptop'));
  const call = signInByCorp('phone', EMAIL.subject);
  expect(await fixture.run('ada', call)).toMatchObject({ kind: 'refused' });
  expect(await findSession(fixture.db, 'phone')).toBeUndefined();
  await fixture.do('ada', link());
  await fixture.do('ada', call);
  await fixture.do('ada', unlink('laptop'));
  expect(await fixture.run('ada', signInByCorp('late', EMAIL.subject))).toMatchObject({
    kind: 'refused',
  });
});

test('AC23 a session is confirmed since its person has shown a provider who they are', async () => {
  const fixture = await connected();
  const { input } = signInByCorp('phone') as Extract<AnyCall, { name: 'account:sign-in' }>;
  const signInSince = (id: string, confirmedAt: number): AnyCall => ({
    name: 'account:sign-in',
    input: { ...input, session: { ...newSession(id), confirmedAt } },
  });
  fixture.now += ACCOUNTS.confirmedForMs;
  await fixture.do('ada', signInSince('phone', 1));
  expect(await fixture.run('ada', unlink('phone'))).toMatchObject({ kind: 'refused' });
  // A provider whose clock is ahead confirms nothing for longer.
  await fixture.do('ada', signInSince('tablet', Number.MAX_SAFE_INTEGER));
  expect((await findSession(fixture.db, 'tablet'))?.confirmed_at).toBe(fixture.now);
  await fixture.do('ada', unlink('tablet'));
});

test('an account has a bounded number of identities', async () => {
  const fixture = await connected();
  const named = (at: number) => link({ ...CORP, subject: `number ${at}` });
  for (let at = 2; at < MAX_IDENTITIES; at++) await fixture.do('ada', named(at));
  expect(await fixture.run('ada', named(MAX_IDENTITIES))).toMatchObject({ kind: 'refused' });
  await fixture.do('ada', link());
});

const reset = (tokenHash = 'digest'): AnyCall => ({
  name: 'account:reset-password',
  input: { tokenHash, passwordHash: 'set again' },
});

async function withResetLink(): Promise<Fixture> {
  const fixture = await connected();
  const link = { hash: 'digest', purpose: 'password-reset', at: 0 } as const;
  await addOneTime(fixture.db, { ...link, subject: 'ada', expiresAt: Number.MAX_SAFE_INTEGER });
  return fixture;
}

test('AC25 one job waits for an address, also for one that nobody has', async () => {
  const fixture = await connected();
  const request = (email: string): AnyCall => ({ name: 'account:request-reset', input: { email } });
  for (const email of [EMAIL.subject, EMAIL.subject, 'unknown@example.org'])
    await fixture.do('server', request(email));
  const jobs = await fixture.db.selectFrom('job').select(['kind', 'key', 'input']).execute();
  expect(jobs.map(({ kind }) => kind)).toEqual(['link-mail', 'link-mail']);
  const users = jobs.map(({ input }) => (JSON.parse(input) as { user: string | null }).user);
  expect(users).toEqual(['ada', null]);
  expect(JSON.stringify(jobs)).not.toContain('example.org');
});

test('AC25 a link is its person’s only, works once, and ends all sessions', async () => {
  const fixture = await withResetLink();
  expect(await fixture.run('bob', reset())).toMatchObject({ kind: 'refused' });
  await fixture.do('ada', reset());
  expect(await findSession(fixture.db, 'laptop')).toBeUndefined();
  expect(await findIdentity(fixture.db, EMAIL)).toMatchObject({ credential: 'set again' });
  expect(await fixture.run('ada', reset())).toMatchObject({ kind: 'refused' });
});

test('AC26 the first link that is used shows whose the address is, and removes what else signs in', async () => {
  const fixture = await withResetLink();
  await fixture.do('ada', reset());
  expect((await findIdentity(fixture.db, EMAIL))?.verified_at).toBeGreaterThan(0);
  expect(await findIdentity(fixture.db, CORP)).toBeUndefined();
  const byAddress = signInByCorp('of another', EMAIL.subject);
  expect(await fixture.run('ada', byAddress)).toMatchObject({ kind: 'refused' });
  await fixture.do('ada', link());
  const another = { hash: 'another', purpose: 'password-reset', at: 0 } as const;
  await addOneTime(fixture.db, { ...another, subject: 'ada', expiresAt: Number.MAX_SAFE_INTEGER });
  await fixture.do('ada', reset('another'));
  expect(await findIdentity(fixture.db, CORP)).toBeDefined();
});
