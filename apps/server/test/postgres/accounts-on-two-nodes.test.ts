/** Accounts on two servers of one database: AC2, AC3, AC6 and AC8 in `src/accounts/README.md`. */
import { expect, inject, test } from 'vitest';
import { ulid } from 'ulid';
import type { Account, DeviceSessions } from '@tandem/protocol/accounts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn, withCookie, type SignedIn } from '../signed-in.ts';

const PASSWORD = 'a password of tests';
const newAddress = (): string => `${ulid().toLowerCase()}@example.org`;

async function startNodes(): Promise<readonly [RunningServer, RunningServer]> {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  return [await start(), await start()];
}

async function post(guest: SignedIn, path: string, body: unknown): Promise<Response> {
  return await guest.fetch(`/api/account/${path}`, { method: 'POST', body });
}

test('AC3 of people who sign up on both nodes at once, one is the administrator', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () =>
    RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1', NODE_ENV: 'production' });
  const nodes = [await start(), await start()];
  const guests = await Promise.all([...nodes, ...nodes, ...nodes].map((node) => signIn(node)));
  const accounts = await Promise.all(
    guests.map(async (guest, at) => {
      const node = nodes[at % 2]!;
      const answer = await post(guest, 'sign-up', { email: newAddress(), password: PASSWORD });
      return { node, person: await withCookie(node, answer) };
    }),
  );
  // The other node learns of it, too.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const administrators = await Promise.all(
    accounts.map(async ({ person }) => {
      const account = (await (await person.fetch('/api/account')).json()) as Account;
      return account.isAdministrator;
    }),
  );
  expect(administrators.filter(Boolean)).toHaveLength(1);
});

test('AC2 one address, signed up on both nodes at once, is one account', async () => {
  const [one, other] = await startNodes();
  for (let round = 0; round < 10; round++) {
    const email = newAddress();
    const guests = await Promise.all([signIn(one), signIn(other)]);
    const answers = await Promise.all(
      guests.map((guest) => post(guest, 'sign-up', { email, password: PASSWORD })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  }
});

test('AC8 a session that is ended on one node ends on the other within a second', async () => {
  const [one, other] = await startNodes();
  const email = newAddress();
  const ada = await withCookie(
    one,
    await post(await signIn(one), 'sign-up', { email, password: PASSWORD }),
  );
  const phone = await withCookie(
    other,
    await post(await signIn(other), 'sign-in', { email, password: PASSWORD }),
  );
  const socket = await NativeClient.onAuthenticated(other, { guest: phone });
  const answer = await ada.fetch('/api/account/sessions');
  const { sessions } = (await answer.json()) as DeviceSessions;
  const began = performance.now();
  await post(ada, 'sessions/end', { session: sessions.find(({ isThis }) => !isThis)!.id });
  expect((await socket.end()).code).toBe(4401);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('AC6 attempts to sign in on both nodes count together', async () => {
  const [one, other] = await startNodes();
  const email = newAddress();
  const guests = [await signIn(one), await signIn(other)];
  const statuses: number[] = [];
  for (let i = 0; i < 20; i++) {
    const guest = guests[i % 2]!;
    statuses.push((await post(guest, 'sign-in', { email, password: `guess ${i}` })).status);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const answered = statuses.filter((status) => status === 403).length;
  expect(answered).toBeGreaterThanOrEqual(10);
  // A message between nodes may be under way.
  expect(answered).toBeLessThanOrEqual(14);
});
