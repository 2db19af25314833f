/** Accounts on two servers of one database: rules of `src/accounts/README.md`. */
import { describe, expect, inject, test } from 'vitest';
import type { Account, DeviceSessions, NewInvitation } from '@tandem/protocol/accounts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { signInAtProvider, startIdentityProvider } from '../identity-provider.ts';
import { NativeClient } from '../native-client.ts';
import {
  begin,
  comeBack,
  freePort,
  personOf,
  resultOf,
  sessionCookieIn,
} from '../provider-sign-in.ts';
import { RunningServer } from '../running-server.ts';
import { signIn, withCookie } from '../signed-in.ts';
import { newAddress, PASSWORD, postToAccount, signUp } from '../signed-up.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

type Nodes = readonly [RunningServer, RunningServer];

async function startNodes(environment: Record<string, string> = {}): Promise<Nodes> {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1', ...environment });
  return [await start(), await start()];
}

test('AC3 of people who sign up on both nodes at once, one is the administrator', async () => {
  const nodes = await startNodes({ NODE_ENV: 'production' });
  const guests = await Promise.all([...nodes, ...nodes, ...nodes].map((node) => signIn(node)));
  const accounts = await Promise.all(
    guests.map(async (guest, at) => {
      const node = nodes[at % 2]!;
      const answer = await postToAccount(guest, 'sign-up', {
        email: newAddress(),
        password: PASSWORD,
      });
      return { node, person: await withCookie(node, answer) };
    }),
  );
  const administrators = async () => {
    const read = accounts.map(async ({ person }) => {
      const account = (await (await person.fetch('/api/account')).json()) as Account;
      return account.isAdministrator;
    });
    return (await Promise.all(read)).filter(Boolean).length;
  };
  // The other node learns of it, too.
  await expect.poll(administrators, { timeout: PROMISED_SECOND_MS }).toBe(1);
});

test('AC2 one address, signed up on both nodes at once, is one account', async () => {
  const [one, other] = await startNodes();
  for (let round = 0; round < 10; round++) {
    const email = newAddress();
    const guests = await Promise.all([signIn(one), signIn(other)]);
    const answers = await Promise.all(
      guests.map((guest) => postToAccount(guest, 'sign-up', { email, password: PASSWORD })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  }
});

test('AC8 a session that is ended on one node ends on the other within a second', async () => {
  const [one, other] = await startNodes();
  const email = newAddress();
  const ada = await withCookie(
    one,
    await postToAccount(await signIn(one), 'sign-up', { email, password: PASSWORD }),
  );
  const phone = await withCookie(
    other,
    await postToAccount(await signIn(other), 'sign-in', { email, password: PASSWORD }),
  );
  const socket = await NativeClient.onAuthenticated(other, { guest: phone });
  const answer = await ada.fetch('/api/account/sessions');
  const { sessions } = (await answer.json()) as DeviceSessions;
  const began = performance.now();
  await postToAccount(ada, 'sessions/end', { session: sessions.find(({ isThis }) => !isThis)!.id });
  expect((await socket.end()).code).toBe(4401);
  expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
});

test('AC6 attempts to sign in on both nodes count together', async () => {
  const [one, other] = await startNodes();
  const email = newAddress();
  const guests = [await signIn(one), await signIn(other)];
  const attempt = async () => {
    const answers = guests.map((guest) =>
      postToAccount(guest, 'sign-in', { email, password: 'guess' }),
    );
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  for (let i = 0; i < 5; i++) expect(await attempt()).toEqual([403, 403]);
  // A message between nodes may be under way, and each of them would allow five more by itself.
  const refused = { timeout: 4_000, interval: 1_000 };
  await expect.poll(attempt, refused).toEqual([429, 429]);
});

test('AC20 what an administrator decides on one node holds on the other within a second', async () => {
  const [one, other] = await startNodes({ NODE_ENV: 'production' });
  const ada = await signUp(one);
  const guest = await signIn(other);
  const socket = await NativeClient.onAuthenticated(other, { guest });
  const change = async (settings: object): Promise<void> => {
    const answer = await ada.fetch('/api/server', { method: 'PATCH', body: settings });
    expect(answer.status).toBe(204);
  };
  const began = performance.now();
  await change({ signIn: 'required' });
  expect((await socket.end()).code).toBe(4401);
  expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
  expect((await guest.fetch('/api/documents')).status).toBe(401);
  await change({ signIn: 'optional' });
  await expect
    .poll(async () => (await guest.fetch('/api/documents')).status, { timeout: PROMISED_SECOND_MS })
    .toBe(200);
});

test('AC20 an invitation that is used on both nodes at once makes one account', async () => {
  const [one, other] = await startNodes({ NODE_ENV: 'production' });
  const ada = await signUp(one);
  await ada.fetch('/api/server', { method: 'PATCH', body: { registration: 'invitation' } });
  for (let round = 0; round < 10; round++) {
    const made = await ada.fetch('/api/server/invitations', { method: 'POST' });
    const { token: invitation } = (await made.json()) as NewInvitation;
    const guests = await Promise.all([signIn(one), signIn(other)]);
    const answers = await Promise.all(
      guests.map((guest) =>
        postToAccount(guest, 'sign-up', { email: newAddress(), password: PASSWORD, invitation }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  }
});

describe('a sign-in at a provider', () => {
  /** As behind a balancer: the provider leads back to one address, which either node may answer. */
  async function startNodesWithProvider() {
    const publicUrl = `http://localhost:${await freePort()}`;
    const provider = await startIdentityProvider(publicUrl);
    const nodes = await startNodes({
      PUBLIC_URL: publicUrl,
      OIDC_PROVIDERS: provider.setting,
      AUTH_SECRET: 'a secret that both nodes of the tests have',
    });
    const backAt = (node: RunningServer, back: string) => back.replace(publicUrl, node.url);
    return { nodes, backAt };
  }

  test('AC16, AC20 begins on one node and ends on the other, once', async () => {
    const { nodes, backAt } = await startNodesWithProvider();
    const [one, other] = nodes;
    const guest = await signIn(one);
    const { url, flow } = await begin(one, guest);
    const back = await signInAtProvider(url, 'ada');
    const answers = await Promise.all(
      [other, one, other].map((node) => comeBack(backAt(node, back), [flow, guest.cookie])),
    );
    const results = answers.map(resultOf);
    expect(results.filter((result) => result === '/d/abc#sign-in=done')).toHaveLength(1);
    const done = answers.find((answer) => sessionCookieIn(answer) !== undefined)!;
    for (const node of nodes) expect((await personOf(node, done)).user).toEqual(guest.user);
  });

  test('AC20 one identity, new on both nodes at once, makes one account', async () => {
    const { nodes, backAt } = await startNodesWithProvider();
    for (let round = 0; round < 5; round++) {
      const login = `person-${round}`;
      const answers = await Promise.all(
        nodes.map(async (node) => {
          const guest = await signIn(node);
          const { url, flow } = await begin(node, guest);
          const back = await signInAtProvider(url, login);
          return await comeBack(backAt(node, back), [flow, guest.cookie]);
        }),
      );
      const people = await Promise.all(
        answers
          .filter((answer) => sessionCookieIn(answer) !== undefined)
          .map((answer) => personOf(nodes[0], answer)),
      );
      expect(people.length).toBeGreaterThan(0);
      expect(new Set(people.map(({ user }) => user.id)).size).toBe(1);
      const { url, flow } = await begin(nodes[1], null);
      const later = await comeBack(backAt(nodes[1], await signInAtProvider(url, login)), [flow]);
      expect((await personOf(nodes[1], later)).user.id).toBe(people[0]!.user.id);
    }
  });
});
