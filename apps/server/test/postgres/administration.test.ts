/** People as administrators see and change them, in Postgres, and on two servers of one database. */
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { peoplePage, serverFigures } from '@tandem/protocol/administration';
import { systemClock } from '../../src/runtime/clock.ts';
import { testAdministeredPeople } from '../../src/storage/administered-people.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { askWith, makeToken } from '../api-tokens.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn, withCookie, type SignedIn } from '../signed-in.ts';
import { PASSWORD, postToAccount, signUp } from '../signed-up.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

describe('people in Postgres', () => {
  testAdministeredPeople(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  }, 'postgres');
});

async function startNodes(): Promise<readonly [RunningServer, RunningServer]> {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const environment = { DATABASE_URL, ENGINE_WORKERS: '1', NODE_ENV: 'production' };
  return [await RunningServer.start(environment), await RunningServer.start(environment)];
}

const change = (by: SignedIn, person: SignedIn, body: unknown): Promise<Response> =>
  by.fetch(`/api/server/people/${person.user.id}`, { method: 'PATCH', body });

test('AD3, AD4 a block and a sign-out hold on the other node within a second', async () => {
  const [one, other] = await startNodes();
  const ada = await signUp(one);
  const ben = await signUp(other);
  const again = async () => {
    const credentials = { email: ben.email, password: PASSWORD };
    return await postToAccount(await signIn(other), 'sign-in', credentials);
  };
  const token = await makeToken(ben, ['documents:read']);

  const first = await NativeClient.onAuthenticated(other, { guest: ben });
  let began = performance.now();
  const path = `/api/server/people/${ben.user.id}/sessions/end`;
  const body = { removesPasskeys: false };
  expect((await ada.fetch(path, { method: 'POST', body })).status).toBe(204);
  expect((await first.end()).code).toBe(4401);
  expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
  expect((await ben.fetch('/api/me')).status).toBe(401);
  expect((await askWith(other, token, { path: '/me' })).status).toBe(200);

  const back = await withCookie(other, await again());
  const second = await NativeClient.onAuthenticated(other, { guest: back });
  began = performance.now();
  expect((await change(ada, ben, { isBlocked: true })).status).toBe(204);
  expect((await second.end()).code).toBe(4401);
  expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
  expect((await askWith(other, token, { path: '/me' })).status).toBe(401);
  const refused = await again();
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain('blocked this account');

  expect((await change(ada, ben, { isBlocked: false })).status).toBe(204);
  expect((await again()).status).toBe(200);
  expect((await askWith(other, token, { path: '/me' })).status).toBe(200);
});

test('AD5 roles hold on both nodes within a second, and two who leave at once leave one', async () => {
  const [one, other] = await startNodes();
  const ada = await signUp(one);
  const ben = await signUp(other);
  const status = async (person: SignedIn) => (await person.fetch('/api/server/people')).status;
  const settled = async (person: SignedIn, expected: number) => {
    const began = performance.now();
    while ((await status(person)) !== expected)
      expect(performance.now() - began, 'in time').toBeLessThan(PROMISED_SECOND_MS);
  };
  expect(await status(ben)).toBe(403);
  expect((await change(ada, ben, { isAdministrator: true })).status).toBe(204);
  await settled(ben, 200);
  const answers = await Promise.all([
    change(ada, ben, { isAdministrator: false }),
    change(ben, ada, { isAdministrator: false }),
  ]);
  const left = answers.map((answer) => answer.status).toSorted((a, b) => a - b);
  expect(left[0]).toBe(204);
  expect(left[1]).toBe(403);
  const who = answers[0].status === 204 ? ada : ben;
  await settled(who === ada ? ben : ada, 403);
  const page = peoplePage.parse(
    await (await who.fetch('/api/server/people?search=example')).json(),
  );
  expect(page.people.map(({ user, administrator }) => [user.id, administrator])).toEqual([
    [ben.user.id, who === ben ? 'yes' : 'no'],
    [ada.user.id, who === ada ? 'yes' : 'no'],
  ]);
  const figures = serverFigures.parse(await (await who.fetch('/api/server/figures')).json());
  expect(figures.people).toMatchObject({ accounts: 2, administrators: 1 });
});
