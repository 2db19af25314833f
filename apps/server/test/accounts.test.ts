/** Accounts over HTTP: rules AC1 to AC11 in `src/accounts/README.md`. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { ulid } from 'ulid';
import type { DocumentSummary, LibraryPage, Session } from '@tandem/protocol';
import type { Account, DeviceSessions, SignedInSession } from '@tandem/protocol/accounts';
import { NativeClient } from './native-client.ts';
import { RunningServer, type Reachable } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, withCookie, type SignedIn } from './signed-in.ts';
import { newAddress, PASSWORD, postToAccount, signUp, type SignedUp } from './signed-up.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';
import { once } from 'node:events';

const server = await RunningServer.start({}, atEndOfFile());

async function accountOf(person: SignedIn): Promise<Account> {
  return (await (await person.fetch('/api/account')).json()) as Account;
}

async function createdBy(person: SignedIn): Promise<string> {
  const id = `page-${ulid()}`;
  expect((await person.fetch('/api/documents', { method: 'POST', body: { id } })).status).toBe(200);
  return id;
}

describe('signing up', () => {
  test('AC1, AC4 keeps the user and the documents, under a new cookie', async () => {
    const guest = await signIn(server);
    const document = await createdBy(guest);
    const socket = await NativeClient.onAuthenticated(server, { guest });
    const ada = await signUp(server, { guest });
    expect(ada.user).toEqual(guest.user);
    expect(ada.cookie).not.toBe(guest.cookie);
    expect((await socket.end()).code).toBe(4401);
    expect((await guest.fetch('/api/me')).status).toBe(401);
    const own = await ada.fetch(`/api/documents/${document}`);
    expect(((await own.json()) as DocumentSummary).access).toBe('edit');
    expect(await accountOf(ada)).toMatchObject({
      isGuest: false,
      email: ada.email,
      hasPassword: true,
    });
  });

  test('AC2 two people who sign up with one address at once are one account and one refusal', async () => {
    const email = newAddress();
    const guests = await Promise.all([signIn(server), signIn(server)]);
    const answers = await Promise.all(
      guests.map((guest) => postToAccount(guest, 'sign-up', { email, password: PASSWORD })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  });

  test('refuses short passwords, and what is no address, with a sentence', async () => {
    const guest = await signIn(server);
    const short = await postToAccount(guest, 'sign-up', { email: newAddress(), password: 'short' });
    expect([short.status, await short.text()]).toEqual([
      400,
      expect.stringContaining('Choose a password of at least 10 characters.'),
    ]);
    const strange = await postToAccount(guest, 'sign-up', {
      email: 'no address',
      password: PASSWORD,
    });
    expect([strange.status, await strange.text()]).toEqual([
      400,
      expect.stringContaining('This is not an e-mail address.'),
    ]);
  });
});

describe('signing in', () => {
  test('AC4 begins a session of its own on each device, and addresses have one form', async () => {
    const ada = await signUp(server);
    const elsewhere = await signIn(server);
    const response = await postToAccount(elsewhere, 'sign-in', {
      email: ` ${ada.email.toUpperCase()} `,
      password: PASSWORD,
    });
    const phone = await withCookie(server, response);
    expect(phone.user.id).toBe(ada.user.id);
    expect((await elsewhere.fetch('/api/me')).status).toBe(401);
    const { sessions } = (await (
      await ada.fetch('/api/account/sessions')
    ).json()) as DeviceSessions;
    expect(sessions).toHaveLength(2);
    expect(sessions.filter(({ isThis }) => isThis)).toHaveLength(1);
  });

  test('AC5 answers the same for an unknown address as for a wrong password', async () => {
    const ada = await signUp(server);
    const guest = await signIn(server);
    const wrong = await postToAccount(guest, 'sign-in', {
      email: ada.email,
      password: 'not this one',
    });
    const unknown = await postToAccount(guest, 'sign-in', {
      email: newAddress(),
      password: PASSWORD,
    });
    expect(unknown.status).toBe(wrong.status);
    expect(await unknown.text()).toBe(await wrong.text());
    expect(wrong.headers.get('set-cookie')).toBeNull();
  });

  test('AC5 takes the same time for both', async () => {
    const ada = await signUp(server);
    const guest = await signIn(server);
    const timed = async (email: string): Promise<number> => {
      const began = performance.now();
      await postToAccount(guest, 'sign-in', { email, password: 'not this one' });
      return performance.now() - began;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let i = 0; i < 9; i++) {
      known.push(await timed(ada.email));
      unknown.push(await timed(newAddress()));
    }
    // Without a hash, an unknown address would be answered in a tenth of the time.
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) * 0.3);
    expect(Math.min(...known)).toBeGreaterThan(Math.min(...unknown) * 0.3);
  });

  test('AC6 is slowed after ten attempts, for unknown addresses as well', async () => {
    const guest = await signIn(server);
    for (const email of [newAddress(), (await signUp(server)).email]) {
      const statuses: number[] = [];
      for (let i = 0; i < 12; i++)
        statuses.push(
          (await postToAccount(guest, 'sign-in', { email, password: `guess ${i}` })).status,
        );
      expect(statuses.slice(0, 9)).toEqual(Array(9).fill(403));
      expect(statuses.at(-1)).toBe(429);
    }
  });

  test('AC11 in place is for the same person only', async () => {
    const ada = await signUp(server);
    const bob = await signUp(server);
    const credentials = { email: bob.email, password: PASSWORD };
    const refused = await postToAccount(ada, 'sign-in', { ...credentials, as: ada.user.id });
    expect(refused.status).toBe(403);
    expect((await ada.fetch('/api/me')).status).toBe(200);
    const own = await postToAccount(ada, 'sign-in', { ...credentials, as: bob.user.id });
    expect(own.status).toBe(200);
  });

  test('AC11 a page that knows its person is not made a guest', async () => {
    const response = await fetch(`${server.url}/api/session`, {
      method: 'POST',
      body: JSON.stringify({ guest: false }),
    });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
  });

  test('is refused to pages of other sites', async () => {
    const ada = await signUp(server);
    const response = await fetch(`${server.url}/api/account/sign-in`, {
      method: 'POST',
      headers: { Origin: 'https://evil.example' },
      body: JSON.stringify({ email: ada.email, password: PASSWORD }),
    });
    expect(response.status).toBe(403);
  });
});

describe('devices', () => {
  test('AC8 one is ended by another, and its connections within a second', async () => {
    const ada = await signUp(server);
    const phone = await withCookie(
      server,
      await postToAccount(await signIn(server), 'sign-in', {
        email: ada.email,
        password: PASSWORD,
      }),
    );
    const socket = await NativeClient.onAuthenticated(server, { guest: phone });
    const { sessions } = (await (
      await ada.fetch('/api/account/sessions')
    ).json()) as DeviceSessions;
    const other = sessions.find(({ isThis }) => !isThis)!;
    const began = performance.now();
    expect((await postToAccount(ada, 'sessions/end', { session: other.id })).status).toBe(204);
    expect((await socket.end()).code).toBe(4401);
    expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
    expect((await phone.fetch('/api/me')).status).toBe(401);
    expect((await ada.fetch('/api/me')).status).toBe(200);
  });

  test('AC8, AC9 all others end at once, also with a new password', async () => {
    const ada = await signUp(server);
    const signInAgain = async (password: string): Promise<Response> =>
      await postToAccount(await signIn(server), 'sign-in', { email: ada.email, password });
    const phone = await withCookie(server, await signInAgain(PASSWORD));
    expect((await postToAccount(ada, 'sessions/end', { session: null })).status).toBe(204);
    expect((await phone.fetch('/api/me')).status).toBe(401);
    const tablet = await withCookie(server, await signInAgain(PASSWORD));
    const wrong = await postToAccount(ada, 'password', {
      current: 'not this one',
      password: 'another one!',
    });
    expect(wrong.status).toBe(403);
    const right = await postToAccount(ada, 'password', {
      current: PASSWORD,
      password: 'another one!',
    });
    expect(right.status).toBe(204);
    expect((await tablet.fetch('/api/me')).status).toBe(401);
    expect((await ada.fetch('/api/me')).status).toBe(200);
    expect((await signInAgain(PASSWORD)).status).toBe(403);
    expect((await signInAgain('another one!')).status).toBe(200);
  });
});

describe('AC10 a guest who signs in to an account', () => {
  test('may take the documents along', async () => {
    const ada = await signUp(server);
    const guest = await signIn(server);
    const document = await createdBy(guest);
    await guest.fetch(`/api/documents/${document}`, { method: 'PATCH', body: { title: 'Notes' } });
    const response = await postToAccount(guest, 'sign-in', {
      email: ada.email,
      password: PASSWORD,
    });
    expect(((await response.clone().json()) as SignedInSession).guestDocuments).toBe(1);
    const laptop = await withCookie(server, response);
    expect((await accountOf(laptop)).guestDocuments).toBe(1);
    expect((await postToAccount(laptop, 'guest', { take: true })).status).toBe(204);
    const list = (await (await laptop.fetch('/api/documents')).json()) as LibraryPage;
    expect(list.documents).toContainEqual(
      expect.objectContaining({ id: document, role: 'owner', title: 'Notes' }),
    );
    expect((await accountOf(laptop)).guestDocuments).toBe(0);
    expect((await postToAccount(laptop, 'guest', { take: true })).status).toBe(204);
  });
});

describe('AC10 a guest’s documents wait for their person', () => {
  const NEW_PASSWORD = 'another one!';
  const ways: Record<string, (ada: SignedUp, laptop: SignedIn) => Promise<string>> = {
    'after an answer that was lost': () => Promise.resolve(PASSWORD),
    'after signing out': async (_, laptop) => {
      await laptop.fetch('/api/session/end', { method: 'POST' });
      return PASSWORD;
    },
    'after all other sessions were ended': async (ada) => {
      expect((await postToAccount(ada, 'sessions/end', { session: null })).status).toBe(204);
      return PASSWORD;
    },
    'after a new password': async (ada) => {
      const change = { current: PASSWORD, password: NEW_PASSWORD };
      expect((await postToAccount(ada, 'password', change)).status).toBe(204);
      return NEW_PASSWORD;
    },
  };
  test.each(Object.entries(ways))('%s', async (_, lose) => {
    const ada = await signUp(server);
    const guest = await signIn(server);
    const document = await createdBy(guest);
    await guest.fetch(`/api/documents/${document}`, { method: 'PATCH', body: { title: 'Notes' } });
    const begun = await postToAccount(guest, 'sign-in', { email: ada.email, password: PASSWORD });
    const password = await lose(ada, await withCookie(server, begun));
    const again = await fetch(`${server.url}/api/account/sign-in`, {
      method: 'POST',
      body: JSON.stringify({ email: ada.email, password }),
    });
    expect(((await again.clone().json()) as SignedInSession).guestDocuments).toBe(1);
    const person = await withCookie(server, again);
    expect((await postToAccount(person, 'guest', { take: true })).status).toBe(204);
    const own = await person.fetch(`/api/documents/${document}`);
    expect(((await own.json()) as DocumentSummary).title).toBe('Notes');
    expect((await accountOf(person)).guestDocuments).toBe(0);
  });
});

describe('AC9 a password that changes while others use it', () => {
  test('is changed once', async () => {
    const ada = await signUp(server);
    const passwords = ['the first of them', 'the second of them'];
    const statuses = await Promise.all(
      passwords.map(
        async (password) =>
          (await postToAccount(ada, 'password', { current: PASSWORD, password })).status,
      ),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 403]);
    const right = passwords[statuses.indexOf(204)];
    const signedIn = await postToAccount(ada, 'sign-in', { email: ada.email, password: right });
    expect(signedIn.status).toBe(200);
  });

  test('leaves no session that began with the old one', async () => {
    const ada = await signUp(server);
    const visitors = await Promise.all(Array.from({ length: 6 }, () => signIn(server)));
    const signInAll = visitors.map(async (visitor) => {
      const answer = await postToAccount(visitor, 'sign-in', {
        email: ada.email,
        password: PASSWORD,
      });
      return answer.status === 200 ? await withCookie(server, answer) : null;
    });
    const change = { current: PASSWORD, password: 'another one!' };
    expect((await postToAccount(ada, 'password', change)).status).toBe(204);
    for (const phone of await Promise.all(signInAll))
      if (phone !== null) expect((await phone.fetch('/api/me')).status).toBe(401);
    expect((await ada.fetch('/api/me')).status).toBe(200);
  });
});

describe('AC21 a request whose body outlives its session', () => {
  /** Sends the end of the body once `meanwhile` is done. */
  async function sendSlowly(
    person: SignedIn,
    {
      method,
      path,
      body,
    }: { readonly method: string; readonly path: string; readonly body: object },
    meanwhile: () => Promise<unknown>,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = {
      ...{ Cookie: person.cookie, Expect: '100-continue' },
      'Content-Length': bytes.byteLength,
    };
    const asking = request(`${server.url}${path}`, { method, headers });
    const answered = new Promise<Awaited<ReturnType<typeof sendSlowly>>>((resolve, reject) => {
      asking.once('error', reject);
      asking.once('response', (answer) => {
        const status = answer.statusCode ?? 0;
        text(answer).then((content) => resolve({ status, text: content }), reject);
      });
    });
    asking.flushHeaders();
    await once(asking, 'continue');
    asking.write(bytes.subarray(0, 5));
    // What is answered after it: the server has found its session, and waits for the rest.
    await person.fetch('/api/me');
    await meanwhile();
    asking.end(bytes.subarray(5));
    return await answered;
  }

  const signOut = (person: SignedIn) => () => person.fetch('/api/session/end', { method: 'POST' });

  test('changes no password, no profile and no document', async () => {
    const ada = await signUp(server);
    const document = await createdBy(ada);
    const requests = [
      {
        method: 'POST',
        path: '/api/account/password',
        body: { current: PASSWORD, password: 'of a stolen session' },
      },
      { method: 'PATCH', path: '/api/me', body: { name: 'Mallory' } },
      { method: 'PATCH', path: `/api/documents/${document}`, body: { title: 'Changed' } },
    ];
    for (const one of requests) {
      const again = await postToAccount(await signIn(server), 'sign-in', {
        email: ada.email,
        password: PASSWORD,
      });
      const laptop = await withCookie(server, again);
      const answer = await sendSlowly(laptop, one, signOut(laptop));
      expect(answer.status, answer.text).toBe(401);
      expect(answer.text).toContain('nothing was changed');
    }
    const own = await ada.fetch(`/api/documents/${document}`);
    expect(((await own.json()) as DocumentSummary).title).not.toBe('Changed');
    expect(((await (await ada.fetch('/api/me')).json()) as { name: string }).name).toBe(
      ada.user.name,
    );
  });

  test('makes no account of a guest who has signed out', async () => {
    const guest = await signIn(server);
    const body = { email: newAddress(), password: PASSWORD };
    const asked = { method: 'POST', path: '/api/account/sign-up', body };
    // The session is found after the body: somebody without one gets an account of their own.
    const answer = await sendSlowly(guest, asked, signOut(guest));
    expect(answer.status, answer.text).toBe(200);
    expect((JSON.parse(answer.text) as Session).user.id).not.toBe(guest.user.id);
  });
});

test('AC1 a sign-up that was killed before its answer is there, and can be signed in to', async () => {
  const killed = await RunningServer.start();
  const guest = await signIn(killed);
  const email = newAddress();
  const answer = postToAccount(guest, 'sign-up', { email, password: PASSWORD }).catch(() => null);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await killed.kill();
  await answer;
  const again = await killed.restart();
  const visitor = await signIn(again);
  let response = await postToAccount(visitor, 'sign-in', { email, password: PASSWORD });
  // The command was not committed: the guest is as before, and the address is free.
  if (response.status === 403) {
    const back = { ...guest, fetch: (await withSession(again, guest)).fetch };
    response = await postToAccount(back, 'sign-up', { email, password: PASSWORD });
  }
  expect(response.status).toBe(200);
  expect(((await response.json()) as Session).user.id).toBe(guest.user.id);
});

async function withSession(at: Reachable, { cookie }: SignedIn): Promise<SignedIn> {
  const response = await fetch(`${at.url}/api/session`, {
    method: 'POST',
    headers: { Cookie: cookie },
  });
  return await withCookie(at, response);
}
