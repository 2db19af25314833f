import { MAX_API_TOKENS } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { ACCOUNTS } from '../../storage/limits.ts';
import { listApiTokens } from '../../storage/api-tokens.ts';
import { createSession } from '../../storage/sessions.ts';
import { Fixture, type AnyCall } from './testing/command-fixture.ts';

const EMAIL = { issuer: 'email', subject: 'ada@example.org' };
const signUp: AnyCall = {
  name: 'account:sign-up',
  input: {
    session: { id: 'laptop', agent: 'Firefox', network: null, replaces: null },
    identity: { ...EMAIL, credential: 'hash' },
    ...{ profile: null, invitation: null },
  },
};
const create = (id: string, more: { session?: string; days?: number | null } = {}): AnyCall => ({
  name: 'account:create-token',
  input: {
    ...{ id, name: 'Bot', beginning: 'tandem_12345678', scopes: ['documents:read'] },
    ...{ days: null, session: 'laptop', ...more },
  },
});
const end = (id: string): AnyCall => ({ name: 'account:end-token', input: { id } });
const rename = (name: string): AnyCall => ({ name: 'profile:change', input: { name } });
const FORBIDDEN = { kind: 'refused', error: { code: 'forbidden' } };

async function withAccount(): Promise<Fixture> {
  const fixture = await Fixture.open(['ada', 'bob']);
  await fixture.do('ada', signUp);
  return fixture;
}
const idsOf = async ({ db, now }: Fixture, user = 'ada') =>
  (await listApiTokens(db, { user, at: now })).map(({ id }) => id);

test('AT1 guests make no tokens', async () => {
  const fixture = await Fixture.open(['ada']);
  await createSession(fixture.db, { id: 'laptop', user: 'ada', at: 0, expiresAt: 9e15 });
  expect(await fixture.run('ada', create('1'))).toMatchObject(FORBIDDEN);
});

test('AT1 a token is made while its person has shown who they are, in their own session', async () => {
  const fixture = await withAccount();
  await createSession(fixture.db, { id: 'of bob', user: 'bob', at: 1_000, expiresAt: 9e15 });
  for (const session of ['of bob', 'unknown', '1'])
    expect(await fixture.run('ada', create('1', { session }))).toMatchObject(FORBIDDEN);
  await fixture.do('ada', create('1'));
  fixture.now += ACCOUNTS.confirmedForMs;
  expect(await fixture.run('ada', create('2'))).toMatchObject(FORBIDDEN);
  await fixture.do('ada', {
    name: 'account:confirm',
    input: { session: 'laptop', verifiedHash: 'hash' },
  });
  await fixture.do('ada', create('2'));
  expect(await idsOf(fixture)).toEqual(['2', '1']);
});

test('AT1 a person has a bounded number of tokens, also when they are made at once', async () => {
  const fixture = await withAccount();
  const answers = await fixture.runAll(
    Array.from({ length: MAX_API_TOKENS + 1 }, (_, i) => ({ user: 'ada', call: create(`${i}`) })),
  );
  expect(answers.filter(({ kind }) => kind === 'done')).toHaveLength(MAX_API_TOKENS);
  await fixture.do('ada', end('7'));
  await fixture.do('ada', create('another'));
});

test('AT5 what a token asked for is not done once it has ended, or is another person’s', async () => {
  const fixture = await withAccount();
  for (const [id, days] of [
    ['1', null],
    ['2', null],
    ['3', 1],
  ] as const)
    await fixture.do('ada', create(id, { days }));
  await fixture.do('ada', end('2'));
  await fixture.do('bob', end('1'));
  const as = async (user: string, session: string) => {
    const call = rename(`${user} by ${session}`);
    const [answer] = await fixture.runAll([{ user, session, call }]);
    return answer?.kind === 'refused' ? answer.error.code : answer?.kind;
  };
  expect([await as('ada', '1'), await as('ada', '2'), await as('ada', '3')]).toEqual([
    'done',
    'unauthenticated',
    'done',
  ]);
  expect(await as('bob', '1')).toBe('unauthenticated');
  fixture.now += 24 * 60 * 60_000;
  expect([await as('ada', '1'), await as('ada', '3')]).toEqual(['done', 'unauthenticated']);
});

const CORP = { issuer: 'https://id.example.org', subject: 'ada at corp' };
test.each<readonly [string, readonly AnyCall[]]>([
  [
    'a new password',
    [
      {
        name: 'account:change-password',
        input: {
          ...{ passwordHash: 'other', verifiedHash: 'hash', session: 'laptop' },
          removesPasskeys: false,
        },
      },
    ],
  ],
  [
    'a removed identity',
    [
      { name: 'account:link', input: { identity: CORP } },
      { name: 'account:unlink', input: { identity: CORP, keeps: EMAIL, session: 'laptop' } },
    ],
  ],
])('AT6 %s ends all tokens', async (_, calls) => {
  const fixture = await withAccount();
  await fixture.do('ada', create('1'));
  for (const call of calls) await fixture.do('ada', call);
  expect(await idsOf(fixture)).toEqual([]);
});

test('AT6 tokens stay when devices are signed out', async () => {
  const fixture = await withAccount();
  await fixture.do('ada', create('1'));
  await fixture.do('ada', { name: 'account:end-sessions', input: { except: 'laptop' } });
  await fixture.do('ada', { name: 'account:end-sessions', input: { only: 'laptop' } });
  expect(await idsOf(fixture)).toEqual(['1']);
});
