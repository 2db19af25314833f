import { expect, test } from 'vitest';
import { MAX_PASSKEYS } from '@tandem/protocol';
import { ACCOUNTS } from '../../storage/limits.ts';
import { listAudit } from '../../storage/audit/audit-log.ts';
import { listAdministrators, verifyAddress } from '../../storage/identities.ts';
import { addOneTime } from '../../storage/one-time-tokens.ts';
import { findPasskey, listPasskeys, wayOfPasskey } from '../../storage/passkeys.ts';
import { createSession, findSession } from '../../storage/sessions.ts';
import { Fixture, type AnyCall } from './testing/command-fixture.ts';

const FOREVER = Number.MAX_SAFE_INTEGER;
const start = (id: string) => ({ id, agent: 'Firefox', network: null, replaces: null });
const EMAIL = { issuer: 'email', subject: 'ada@example.org' };
const PROVIDER = { issuer: 'https://id.example.org', subject: 'ada' };

let challenges = 0;
const newChallenge = (expiresAt = FOREVER) => ({ hash: `challenge ${++challenges}`, expiresAt });

const signUp = (identity: { issuer: string; subject: string }, session: string): AnyCall => ({
  name: 'account:sign-up',
  input: {
    ...{ session: start(session), profile: null, invitation: null },
    identity: { ...identity, credential: identity.issuer === 'email' ? 'hash' : null },
  },
});
const add = (id: string, challenge = newChallenge()): AnyCall => ({
  name: 'passkey:add',
  input: {
    passkey: { id, host: 'localhost', publicKey: 'key', counter: 0, transports: [] },
    ...{ name: id, challenge },
  },
});
type Way = ReturnType<typeof wayOfPasskey>;
const unlink = (identity: Way, keeps: Way): AnyCall => ({
  name: 'account:unlink',
  input: { identity, keeps, session: 'laptop' },
});
const remove = (id: string, keeps: Way): AnyCall => unlink(wayOfPasskey({ id }), keeps);
const signIn = (
  id: string,
  session: string,
  { counter = 0, challenge = newChallenge() } = {},
): AnyCall => ({
  name: 'passkey:sign-in',
  input: { session: start(session), guest: null, passkey: { id, counter, challenge } },
});
const changePassword = (removesPasskeys: boolean, verifiedHash = 'hash'): AnyCall => ({
  name: 'account:change-password',
  input: { passwordHash: 'other', verifiedHash, session: 'laptop', removesPasskeys },
});

async function withPasskeys(...ids: readonly string[]): Promise<Fixture> {
  const fixture = await Fixture.open(['ada', 'ben']);
  await fixture.do('ada', signUp(EMAIL, 'laptop'));
  for (const id of ids) await fixture.do('ada', add(id));
  return fixture;
}
const namesOf = async ({ db }: Fixture) => (await listPasskeys(db, 'ada')).map(({ id }) => id);
const auditOf = async ({ db }: Fixture) =>
  (await listAudit(db, {}, 100)).entries.map(({ action, detail }) => [action, detail]);
const noticesOf = async ({ db }: Fixture) => {
  const jobs = db.selectFrom('job').select('input').where('kind', '=', 'notice-mail');
  const inputs = (await jobs.execute()).map(({ input }) => JSON.parse(input) as { change: string });
  return inputs.map(({ change }) => change);
};
const refusal = { kind: 'refused', error: { code: 'forbidden' } };

test('PK1 a guest adds none, and a person no more than the limit', async () => {
  const fixture = await withPasskeys();
  expect(await fixture.run('ben', add('of ben'))).toMatchObject(refusal);
  for (let at = 0; at < MAX_PASSKEYS; at++) await fixture.do('ada', add(`number ${at}`));
  expect(await fixture.run('ada', add('one more'))).toMatchObject(refusal);
  expect(await namesOf(fixture)).toHaveLength(MAX_PASSKEYS);
});

test('PK1 none is removed by a session of another person, or one that was not confirmed lately', async () => {
  const fixture = await withPasskeys('one');
  await createSession(fixture.db, { id: 'of ben', user: 'ben', at: fixture.now, expiresAt: 9e15 });
  const input = { identity: wayOfPasskey({ id: 'one' }), keeps: EMAIL, session: 'of ben' };
  expect(await fixture.run('ada', { name: 'account:unlink', input })).toMatchObject(refusal);
  fixture.now += ACCOUNTS.confirmedForMs;
  expect(await fixture.run('ada', remove('one', EMAIL))).toMatchObject(refusal);
  expect(await namesOf(fixture)).toEqual(['one']);
});

test('PK3 one of two commands with the same challenge is done, and none after its time', async () => {
  const fixture = await withPasskeys('one');
  const challenge = newChallenge();
  const answers = await fixture.runAll([
    { user: 'ada', call: signIn('one', 'a', { challenge }) },
    { user: 'ada', call: signIn('one', 'b', { challenge }) },
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'refused']);
  // Not as what is refused for good: it may have come twice.
  const over = { kind: 'refused', error: { code: 'not-found' } };
  expect(await fixture.run('ada', add('two', challenge))).toMatchObject(over);
  const late = newChallenge(fixture.now);
  expect(await fixture.run('ada', add('two', late))).toMatchObject(over);
  expect(await namesOf(fixture)).toEqual(['one']);
});

test('PK3 a command that is refused stores no challenge', async () => {
  const fixture = await withPasskeys('one');
  const stored = async () => await fixture.db.selectFrom('one_time').selectAll().execute();
  const before = await stored();
  expect(await fixture.run('ben', signIn('one', 'phone'))).toMatchObject(refusal);
  expect(await stored()).toEqual(before);
});

test('PK8 the count is compared and stored in the transaction', async () => {
  const fixture = await withPasskeys('one');
  await fixture.do('ada', signIn('one', 'phone', { counter: 5 }));
  const answers = await fixture.runAll([
    { user: 'ada', call: signIn('one', 'a', { counter: 6 }) },
    { user: 'ada', call: signIn('one', 'b', { counter: 6 }) },
    { user: 'ada', call: signIn('one', 'c', { counter: 0 }) },
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'refused', 'refused']);
  expect(await findPasskey(fixture.db, 'one')).toMatchObject({ counter: 6 });
  expect(await findSession(fixture.db, 'b')).toBeUndefined();
});

test('PK9 two requests at once do not remove both of the last ways', async () => {
  const fixture = await withPasskeys('one', 'two');
  const [one, two] = [wayOfPasskey({ id: 'one' }), wayOfPasskey({ id: 'two' })];
  const answers = await fixture.runAll([
    { user: 'ada', call: remove('one', two) },
    { user: 'ada', call: remove('two', one) },
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'refused']);
  expect(await fixture.run('ada', remove('two', two))).toMatchObject(refusal);
  expect(await namesOf(fixture)).toEqual(['two']);
});

test('PK9 a passkey is what keeps an account whose last provider is removed', async () => {
  const fixture = await Fixture.open(['ada', 'ben']);
  await fixture.do('ada', signUp(PROVIDER, 'laptop'));
  await fixture.do('ada', add('one'));
  await fixture.do('ada', unlink(PROVIDER, wayOfPasskey({ id: 'one' })));
  // AC3: the next account is not the first one.
  await fixture.do('ben', signUp({ ...EMAIL, subject: 'ben@example.org' }, 'of ben'));
  expect(await listAdministrators(fixture.db)).toEqual(['ada']);
});

test('PK10 a passkey that was removed meanwhile, or is another person’s, does not sign in', async () => {
  const fixture = await withPasskeys('one');
  expect(await fixture.run('ben', signIn('one', 'phone'))).toMatchObject(refusal);
  await fixture.do('ada', remove('one', EMAIL));
  expect(await fixture.run('ada', signIn('one', 'phone'))).toMatchObject(refusal);
  expect(await findSession(fixture.db, 'phone')).toBeUndefined();
});

test('PK13 each use of a mailed link removes all passkeys, and the audit log tells it', async () => {
  const fixture = await withPasskeys('one', 'two');
  const reset = async (hash: string) => {
    const link = { hash, purpose: 'password-reset', subject: 'ada', at: 0 } as const;
    await addOneTime(fixture.db, { ...link, expiresAt: FOREVER });
    const input = { tokenHash: hash, passwordHash: `after ${hash}` };
    await fixture.do('ada', { name: 'account:reset-password', input });
  };
  await reset('first link');
  expect(await namesOf(fixture)).toEqual([]);
  expect(await auditOf(fixture)).toContainEqual(['account:passkeys-removed', { count: 2 }]);
  // The address is confirmed by now.
  await fixture.do('ada', add('three'));
  await reset('second link');
  expect(await namesOf(fixture)).toEqual([]);
});

test('PK13 a new password removes them where its person asks for it', async () => {
  const fixture = await withPasskeys('one');
  await fixture.do('ada', changePassword(false));
  expect(await namesOf(fixture)).toEqual(['one']);
  expect(await auditOf(fixture)).not.toContainEqual(['account:passkeys-removed', { count: 1 }]);
  await fixture.do('ada', changePassword(true, 'other'));
  expect(await namesOf(fixture)).toEqual([]);
  expect(await auditOf(fixture)).toContainEqual(['account:passkeys-removed', { count: 1 }]);
});

test('AC32 the person of a confirmed address is mailed what was added, removed or changed', async () => {
  const fixture = await withPasskeys('one');
  expect(await noticesOf(fixture)).toEqual([]);
  await verifyAddress(fixture.db, { subject: EMAIL.subject, at: fixture.now });
  await fixture.do('ada', add('two'));
  await fixture.do('ada', { name: 'account:link', input: { identity: PROVIDER } });
  await fixture.do('ada', changePassword(false));
  await fixture.do('ada', remove('two', EMAIL));
  await fixture.do('ada', changePassword(true, 'other'));
  await fixture.do('ada', changePassword(true, 'other'));
  await fixture.do('ada', unlink(PROVIDER, EMAIL));
  await fixture.do('ada', {
    name: 'account:sign-in',
    input: {
      ...{ session: start('phone'), guest: null },
      identity: {
        ...{ issuer: 'https://other.example.org', subject: 'ada', credential: null },
        verifiedEmail: EMAIL.subject,
      },
    },
  });
  expect((await noticesOf(fixture)).toSorted()).toEqual([
    ...['identity-connected', 'identity-connected', 'identity-removed', 'passkey-added'],
    ...['passkey-removed', 'password-and-passkeys', 'password-changed', 'password-changed'],
  ]);
});
