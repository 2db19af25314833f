import { expect, test } from 'vitest';
import { ACCOUNTS } from '../../storage/limits.ts';
import { libraryKey } from '../../storage/channel-key.ts';
import { countOfferedDocuments, findOfferedGuests } from '../../storage/guest-offers.ts';
import { findIdentitiesOf, findIdentity, listAdministrators } from '../../storage/identities.ts';
import { createSession, findSession } from '../../storage/sessions.ts';
import { findUser } from '../../storage/users.ts';
import { newSession, signUp } from './testing/account-calls.ts';
import { BY_SETTING, DOCUMENT, Fixture, type AnyCall } from './testing/command-fixture.ts';

async function withSession(fixture: Fixture, id: string, user: string): Promise<void> {
  await createSession(fixture.db, { id, user, at: 0, expiresAt: Number.MAX_SAFE_INTEGER });
}

test('AC1, AC4 a guest who signs up keeps the user, and has a new session in the place of the old', async () => {
  const fixture = await Fixture.open(['ada']);
  await withSession(fixture, 'old', 'ada');
  await fixture.do('ada', signUp('ada@example.org', 'new', { replaces: 'old' }));
  const identity = await findIdentity(fixture.db, { issuer: 'email', subject: 'ada@example.org' });
  expect(identity).toMatchObject({ user: 'ada', credential: 'hash', verified_at: null });
  expect(await findSession(fixture.db, 'old')).toBeUndefined();
  expect(await findSession(fixture.db, 'new')).toMatchObject({ user: 'ada', agent: 'Firefox' });
  expect(fixture.effects).toContainEqual({ kind: 'session-ended', user: 'ada', session: 'old' });
});

test('AC2 an address belongs to one account', async () => {
  const fixture = await Fixture.open(['ada', 'bob']);
  await fixture.do('ada', signUp('ada@example.org', 's1'));
  const refused = await fixture.run('bob', signUp('ada@example.org', 's2'));
  expect(refused).toMatchObject({ kind: 'refused', error: { code: 'forbidden' } });
  expect(await findSession(fixture.db, 's2')).toBeUndefined();
  expect(await fixture.run('ada', signUp('other@example.org', 's3'))).toMatchObject({
    kind: 'refused',
  });
});

test('AC3 the first account is the administrator’s, also among commands of one transaction', async () => {
  const fixture = await Fixture.open(['ada', 'bob', 'cy']);
  await fixture.runAll([
    { user: 'ada', call: signUp('ada@example.org', 's1') },
    { user: 'bob', call: signUp('bob@example.org', 's2') },
  ]);
  await fixture.do('cy', signUp('cy@example.org', 's3'));
  expect(await listAdministrators(fixture.db)).toEqual(['ada']);
});

test('AC9 a new password ends all other sessions', async () => {
  const fixture = await Fixture.open(['ada']);
  await fixture.do('ada', signUp('ada@example.org', 'laptop'));
  for (const id of ['phone', 'tablet']) await withSession(fixture, id, 'ada');
  await fixture.do('ada', {
    name: 'account:change-password',
    input: {
      ...{ passwordHash: 'other', verifiedHash: 'hash', session: 'laptop' },
      removesPasskeys: false,
    },
  });
  expect(await findSession(fixture.db, 'laptop')).toBeDefined();
  const ended = fixture.effects.filter(({ kind }) => kind === 'session-ended');
  expect(ended.map((effect) => 'session' in effect && effect.session)).toEqual(['phone', 'tablet']);
});

const changePassword = (session: string, verifiedHash = 'hash'): AnyCall => ({
  name: 'account:change-password',
  input: { passwordHash: `after ${verifiedHash}`, verifiedHash, session, removesPasskeys: false },
});
const rename = (name: string): AnyCall => ({ name: 'profile:change', input: { name } });
const signIn = (session: string, credential: string | null = 'hash'): AnyCall => ({
  name: 'account:sign-in',
  input: {
    session: newSession(session),
    guest: null,
    identity: { issuer: 'email', subject: 'ada@example.org', credential, verifiedEmail: null },
  },
});

test('AC21 a session that has ended, or is another person’s, changes nothing', async () => {
  const fixture = await Fixture.open(['ada', 'bob']);
  await fixture.do('ada', signUp('ada@example.org', 'laptop'));
  await withSession(fixture, 'phone', 'ada');
  await withSession(fixture, 'of bob', 'bob');
  await createSession(fixture.db, { id: 'expired', user: 'ada', at: 0, expiresAt: 1 });
  await fixture.do('ada', { name: 'account:end-sessions', input: { only: 'phone' } });
  const answers = await fixture.runAll(
    ['laptop', 'phone', 'expired', 'of bob'].flatMap((session) =>
      [changePassword(session, 'another hash'), rename(`from ${session}`)].map((call) => ({
        user: 'ada',
        session,
        call,
      })),
    ),
  );
  const codes = answers.map((answer) => (answer.kind === 'done' ? 'done' : answer.error.code));
  const signedOut = Array.from({ length: 6 }, () => 'unauthenticated');
  expect(codes).toEqual(['forbidden', 'done', ...signedOut]);
  expect((await findUser(fixture.db, 'ada'))?.name).toBe('from laptop');
  expect(await findSession(fixture.db, 'laptop')).toBeDefined();
});

test('AC9 of two changes of one password, the second is refused, also in one transaction', async () => {
  const fixture = await Fixture.open(['ada']);
  await fixture.do('ada', signUp('ada@example.org', 'laptop'));
  const call = changePassword('laptop');
  const answers = await fixture.runAll([
    { user: 'ada', call },
    { user: 'ada', call },
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'refused']);
  await fixture.do('ada', changePassword('laptop', 'after hash'));
});

test('AC9 a password that was checked before it changed begins no session', async () => {
  const fixture = await Fixture.open(['ada', 'bob']);
  await fixture.do('ada', signUp('ada@example.org', 'laptop'));
  await fixture.do('ada', signIn('before'));
  await fixture.do('ada', changePassword('laptop'));
  expect(await fixture.run('ada', signIn('late'))).toMatchObject({ kind: 'refused' });
  expect(await fixture.run('bob', signIn('of bob', 'after hash'))).toMatchObject({
    kind: 'refused',
  });
  for (const session of ['before', 'late', 'of bob'])
    expect(await findSession(fixture.db, session)).toBeUndefined();
  await fixture.do('ada', signIn('new', 'after hash'));
});

test('AC8 nobody ends a session of another person', async () => {
  const fixture = await Fixture.open(['ada', 'bob']);
  await withSession(fixture, 'of ada', 'ada');
  await fixture.do('bob', { name: 'account:end-sessions', input: { only: 'of ada' } });
  expect(await findSession(fixture.db, 'of ada')).toBeDefined();
  expect(fixture.effects).toEqual([]);
});

async function guestWithWork(): Promise<Fixture> {
  const fixture = await Fixture.open(['ada', 'guest', 'bob']);
  await fixture.do('ada', signUp('ada@example.org', 'laptop'));
  await withSession(fixture, 'of guest', 'guest');
  await fixture.do('guest', {
    name: 'document:create',
    input: { document: DOCUMENT, title: 'Notes' },
  });
  await fixture.do('guest', {
    name: 'chat:send',
    input: { document: DOCUMENT, text: 'Hello', mentions: [], replyTo: null },
  });
  await fixture.db
    .insertInto('client')
    .values({ document: DOCUMENT, client: 7, user: 'guest' })
    .execute();
  await fixture.do('bob', { name: 'document:visit', input: { document: DOCUMENT } });
  await fixture.do('ada', {
    name: 'account:sign-in',
    input: {
      session: newSession('new', 'of guest'),
      guest: 'guest',
      identity: {
        issuer: 'email',
        subject: 'ada@example.org',
        credential: 'hash',
        verifiedEmail: null,
      },
    },
  });
  return fixture;
}

const merge = (take: boolean): AnyCall => ({
  name: 'account:merge-guest',
  input: { guest: 'guest', take },
});

test('AC10 what a guest wrote becomes the account’s in one command', async () => {
  const fixture = await guestWithWork();
  const { db } = fixture;
  expect(await findSession(db, 'of guest')).toBeUndefined();
  expect(await findSession(db, 'new')).toMatchObject({ user: 'ada' });
  expect(await findOfferedGuests(db, 'ada')).toEqual(['guest']);
  await fixture.do('ada', merge(true));
  const owner = await db.selectFrom('document').select('owner').executeTakeFirst();
  expect(owner).toEqual({ owner: 'ada' });
  expect(await db.selectFrom('client').select('user').execute()).toEqual([{ user: 'ada' }]);
  expect(await db.selectFrom('message').select('author').execute()).toEqual([{ author: 'ada' }]);
  expect(await findUser(db, 'guest')).toMatchObject({ merged_into: 'ada', name: 'Name of ada' });
  expect(fixture.events.get(libraryKey('ada'))?.at(-1)).toMatchObject({
    name: 'document:listed',
    document: { id: DOCUMENT, role: 'owner' },
  });
  expect(fixture.chat().at(-1)).toMatchObject({
    name: 'profile:changed',
    user: { id: 'guest', name: 'Name of ada' },
  });
  expect(fixture.effects).toContainEqual({ kind: 'clients-merged', document: DOCUMENT });
  expect(await fixture.run('ada', merge(true))).toMatchObject({ kind: 'refused' });
  expect(await fixture.run('guest', signUp('guest@example.org', 's9'))).toMatchObject({
    kind: 'refused',
  });
});

const endOnly = (only: string): AnyCall => ({ name: 'account:end-sessions', input: { only } });

test.each<readonly [string, readonly AnyCall[]]>([
  ['a sign-in whose answer was lost', []],
  ['signing out', [endOnly('new')]],
  ['ending all others', [{ name: 'account:end-sessions', input: { except: 'laptop' } }]],
  ['a new password', [changePassword('laptop')]],
  ['the end of all sessions', [endOnly('new'), endOnly('laptop')]],
])('AC10 the question stays after %s', async (_, calls) => {
  const fixture = await guestWithWork();
  for (const call of calls) await fixture.do('ada', call);
  const [identity] = await findIdentitiesOf(fixture.db, 'ada');
  await fixture.do('ada', signIn('next', identity?.credential));
  expect(await countOfferedDocuments(fixture.db, 'ada')).toBe(1);
  await fixture.do('ada', merge(true));
  expect(await countOfferedDocuments(fixture.db, 'ada')).toBe(0);
  const owner = await fixture.db.selectFrom('document').select('owner').executeTakeFirst();
  expect(owner).toEqual({ owner: 'ada' });
});

test('AC10 what a guest wrote stays the guest’s when it is left', async () => {
  const fixture = await guestWithWork();
  await fixture.do('ada', merge(false));
  const owner = await fixture.db.selectFrom('document').select('owner').executeTakeFirst();
  expect(owner).toEqual({ owner: 'guest' });
  expect(await fixture.run('ada', merge(true))).toMatchObject({ kind: 'refused' });
});

test('AC10 an account is never merged into another one, and no other person’s session takes a guest', async () => {
  const fixture = await guestWithWork();
  await fixture.do('guest', signUp('guest@example.org', 's9'));
  expect(await fixture.run('bob', merge(true))).toMatchObject({ kind: 'refused' });
  expect(await fixture.run('ada', merge(true))).toMatchObject({ kind: 'refused' });
  expect((await findUser(fixture.db, 'guest'))?.merged_into).toBeNull();
});

test('AC13 an account is created by invitation, which works once', async () => {
  const fixture = await Fixture.open(['ada', 'bob', 'cy']);
  await fixture.do('ada', signUp('ada@example.org', 's1'));
  await fixture.do('ada', {
    name: 'settings:change',
    input: { registration: 'invitation', by: BY_SETTING },
  });
  const refused = await fixture.run('bob', signUp('bob@example.org', 's2'));
  expect(refused).toMatchObject({ kind: 'refused' });
  await fixture.do('ada', {
    name: 'account:invite',
    input: { tokenHash: 'digest', by: BY_SETTING },
  });
  await fixture.do('bob', signUp('bob@example.org', 's2', { invitation: 'digest' }));
  expect(
    await fixture.run('cy', signUp('cy@example.org', 's3', { invitation: 'digest' })),
  ).toMatchObject({ kind: 'refused' });
});

test('AC13 an invitation that was withdrawn, or that is too old, does not work', async () => {
  const fixture = await Fixture.open(['ada', 'bob']);
  await fixture.do('ada', signUp('ada@example.org', 's1'));
  await fixture.do('ada', {
    name: 'settings:change',
    input: { registration: 'closed', by: BY_SETTING },
  });
  for (const tokenHash of ['withdrawn', 'old'])
    await fixture.do('ada', { name: 'account:invite', input: { tokenHash, by: BY_SETTING } });
  await fixture.do('ada', {
    name: 'account:end-invitation',
    input: { tokenHash: 'withdrawn', by: BY_SETTING },
  });
  fixture.now += ACCOUNTS.invitationLifetimeMs;
  for (const invitation of ['withdrawn', 'old'])
    expect(await fixture.run('bob', signUp('bob@example.org', 's2', { invitation }))).toMatchObject(
      { kind: 'refused' },
    );
});

test('AC13 a sign-up that fails leaves the invitation', async () => {
  const fixture = await Fixture.open(['ada', 'bob']);
  await fixture.do('ada', signUp('ada@example.org', 's1'));
  await fixture.do('ada', {
    name: 'account:invite',
    input: { tokenHash: 'digest', by: BY_SETTING },
  });
  const invitation = 'digest';
  expect(await fixture.run('bob', signUp('ada@example.org', 's2', { invitation }))).toMatchObject({
    kind: 'refused',
  });
  await fixture.do('bob', signUp('bob@example.org', 's2', { invitation }));
});

test('AC12 a browser without a session gets a user together with its account', async () => {
  const fixture = await Fixture.open();
  const profile = { name: 'Ada', color: 3 };
  await fixture.do('new', signUp('ada@example.org', 's1', { profile }));
  expect(await findUser(fixture.db, 'new')).toMatchObject({ name: 'Ada', is_administrator: 1 });
});

test('AC12 nobody is locked out of a server without an account', async () => {
  const fixture = await Fixture.open(['ada']);
  const require: AnyCall = {
    name: 'settings:change',
    input: { signIn: 'required', by: BY_SETTING },
  };
  expect(await fixture.run('ada', require)).toMatchObject({ kind: 'refused' });
  await fixture.do('ada', signUp('ada@example.org', 's1'));
  await fixture.do('ada', require);
  expect(fixture.effects).toContainEqual({ kind: 'settings-changed' });
});
