/** Links in mails, which set a new password or confirm an address: AC25 to AC27 in `src/accounts/README.md`. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import { ACCOUNTS } from '../src/storage/limits.ts';
import { MailSink, type ReceivedMail } from './mail-sink.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { ageResetLinks } from './sessions-age.ts';
import { atEndOfFile } from './shared.ts';
import { deviceCookieIn, signIn, withCookie, type SignedIn } from './signed-in.ts';
import { newAddress, PASSWORD, signUp } from './signed-up.ts';

const NEW_PASSWORD = 'another one of tests';
const PUBLIC_URL = 'https://docs.example.org';
const FROM = 'tandem@example.org';
const atEnd = atEndOfFile();
let sink: MailSink;
let server: RunningServer;

beforeAll(async () => {
  sink = await MailSink.start(atEnd);
  server = await RunningServer.start(
    { SMTP_URL: sink.url, MAIL_FROM: FROM, PUBLIC_URL, TRUST_PROXY: '1' },
    atEnd,
  );
});

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${server.url}/api/account/${path}`, { method: 'POST', body: JSON.stringify(body) });
const ask = async (email: string): Promise<number> => (await post('reset', { email })).status;
const finish = async (token: string, password = NEW_PASSWORD): Promise<number> =>
  (await post('reset/finish', { token, password })).status;
const signInWith = (email: string, password: string) => post('sign-in', { email, password });

function tokenIn({ text }: ReceivedMail): string {
  const token = /https:\/\/docs\.example\.org\/#(?:reset|verify)=([\w-]{43})$/m.exec(text)?.[1];
  if (token === undefined) throw new Error(`no link: ${text}`);
  return token;
}

describe('AC25 a forgotten password', () => {
  test('is set again by the link in a mail, once, and ends all sessions', async () => {
    const ada = await signUp(server);
    const socket = await NativeClient.onAuthenticated(server, { guest: ada });
    expect(await ask(` ${ada.email.toUpperCase()} `)).toBe(204);
    const mail = await sink.next(ada.email);
    expect(mail).toMatchObject({ from: FROM, isAutomatic: true });
    expect(mail.subject).toBe('Set a new password for Tandem on docs.example.org');
    const token = tokenIn(mail);
    expect(await finish(token, 'short')).toBe(400);
    const statuses = await Promise.all([finish(token), finish(token)]);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 403]);
    expect((await socket.end()).code).toBe(4401);
    expect((await ada.fetch('/api/me')).status).toBe(401);
    expect((await signInWith(ada.email, PASSWORD)).status).toBe(403);
    const again = await withCookie(server, await signInWith(ada.email, NEW_PASSWORD));
    expect(again.user.id).toBe(ada.user.id);
    expect(await finish(token)).toBe(403);
  });

  test('of nobody is answered in the same way, and mailed to nobody', async () => {
    const unknown = newAddress();
    expect(await ask(unknown)).toBe(204);
    const ada = await signUp(server);
    expect(await ask(ada.email)).toBe(204);
    await sink.next(ada.email);
    expect(sink.to(unknown)).toEqual([]);
    expect(await finish('A'.repeat(43))).toBe(403);
  });

  test('has three links at a time, which end with the first that is used or another password', async () => {
    const ada = await signUp(server);
    for (let links = 1; links <= ACCOUNTS.maxOpenLinks; links++) {
      expect(await ask(ada.email)).toBe(204);
      await sink.next(ada.email, links);
    }
    expect(await ask(ada.email)).toBe(204);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const mails = sink.to(ada.email);
    expect(mails).toHaveLength(ACCOUNTS.maxOpenLinks);
    const [first, second, third] = mails.map(tokenIn) as [string, string, string];
    expect(await finish(second)).toBe(204);
    for (const token of [first, third]) expect(await finish(token)).toBe(403);

    expect(await ask(ada.email)).toBe(204);
    const later = tokenIn(await sink.next(ada.email, 4));
    const person = await withCookie(server, await signInWith(ada.email, NEW_PASSWORD));
    const body = { current: NEW_PASSWORD, password: PASSWORD };
    expect((await person.fetch('/api/account/password', { method: 'POST', body })).status).toBe(
      204,
    );
    expect(await finish(later)).toBe(403);
  });

  test('has a link that ends after eight hours', async () => {
    const ada = await signUp(server);
    expect(await ask(ada.email)).toBe(204);
    const token = tokenIn(await sink.next(ada.email));
    await ageResetLinks(server, { user: ada.user.id, ms: ACCOUNTS.resetLifetimeMs });
    expect(await finish(token)).toBe(403);
    expect((await signInWith(ada.email, PASSWORD)).status).toBe(200);
  });

  test('is mailed once the mail server answers', async () => {
    const ada = await signUp(server);
    sink.refuse = 1;
    expect(await ask(ada.email)).toBe(204);
    const mail = await sink.next(ada.email);
    expect(sink.refuse).toBe(0);
    expect(await finish(tokenIn(mail))).toBe(204);
  });
});

test('AC25 a server without mails offers no link, and takes none', async () => {
  const options = async (of: RunningServer) =>
    (await (await fetch(`${of.url}/api/account/options`)).json()) as SignInOptions;
  expect((await options(server)).sendsMail).toBe(true);
  const silent = await RunningServer.start();
  expect((await options(silent)).sendsMail).toBe(false);
  const answer = await fetch(`${silent.url}/api/account/reset`, {
    method: 'POST',
    body: JSON.stringify({ email: newAddress() }),
  });
  expect(answer.status).toBe(404);
});

test('AC26 the account is its person’s after the link was used', async () => {
  const ada = await signUp(server);
  expect(await ask(ada.email)).toBe(204);
  expect(await finish(tokenIn(await sink.next(ada.email)))).toBe(204);
  const again = await withCookie(server, await signInWith(ada.email, NEW_PASSWORD));
  const account = (await (await again.fetch('/api/account')).json()) as Account;
  expect(account).toMatchObject({ email: ada.email, identities: [] });
});

test('AC32 the person of a confirmed address is mailed that somebody has changed the password', async () => {
  const ada = await signUp(server);
  expect(await ask(ada.email)).toBe(204);
  expect(await finish(tokenIn(await sink.next(ada.email)))).toBe(204);
  const again = await withCookie(server, await signInWith(ada.email, NEW_PASSWORD));
  const body = { current: NEW_PASSWORD, password: PASSWORD };
  expect((await again.fetch('/api/account/password', { method: 'POST', body })).status).toBe(204);
  // Who has used a mailed link knows it already.
  const mail = await sink.next(ada.email, 2);
  expect(mail.subject).toBe('Your password for Tandem on docs.example.org was changed');
  expect(mail.text).toContain('https://docs.example.org/');
});

describe('AC28 somebody else who asks for mails', () => {
  const askFrom = async (address: string, email: string): Promise<number> => {
    const headers = { 'X-Forwarded-For': address };
    const body = JSON.stringify({ email });
    return (await fetch(`${server.url}/api/account/reset`, { method: 'POST', headers, body }))
      .status;
  };

  test('is refused after twenty, for known and unknown addresses alike, and refuses nobody else', async () => {
    const ada = await signUp(server);
    for (const [address, email] of [
      ['198.51.100.1', ada.email],
      ['198.51.100.2', newAddress()],
    ] as const) {
      const statuses: number[] = [];
      for (let i = 0; i < 21; i++) statuses.push(await askFrom(address, email));
      expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 204));
      expect(statuses.at(-1)).toBe(429);
    }
    // Its person is told that there is a mail, and there are three, whose links work.
    expect(await askFrom('192.0.2.1', ada.email)).toBe(204);
    await sink.next(ada.email, 3);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const mails = sink.to(ada.email);
    expect(mails).toHaveLength(ACCOUNTS.maxOpenLinks);
    expect(await finish(tokenIn(mails[0]!))).toBe(204);
  });

  test('is in one network with a whole site of IPv6', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++)
      statuses.push(await askFrom(`2001:db8:1:${i.toString(16)}::1`, newAddress()));
    expect(statuses.filter((status) => status === 204)).toHaveLength(20);
    expect(await askFrom('2001:db8:2:0::1', newAddress())).toBe(204);
  });

  test('in the network of a person with a confirmed address does not refuse their browser', async () => {
    const ada = await signUp(server);
    expect(await ask(ada.email)).toBe(204);
    const token = tokenIn(await sink.next(ada.email));
    const reset = await post('reset/finish', { token, password: NEW_PASSWORD });
    const device = deviceCookieIn(reset)!;
    for (let i = 0; i < 21; i++) await askFrom('198.51.100.3', newAddress());
    const body = JSON.stringify({ email: ada.email });
    const known = { 'X-Forwarded-For': '198.51.100.3', Cookie: device };
    const options = { method: 'POST', headers: known, body };
    expect((await fetch(`${server.url}/api/account/reset`, options)).status).toBe(204);
    await sink.next(ada.email, 2);
  });
});

describe('AC27 an address', () => {
  const verify = async (person: SignedIn, token: string, as = person.user.id): Promise<number> => {
    const path = '/api/account/verification/finish';
    return (await person.fetch(path, { method: 'POST', body: { token, as } })).status;
  };
  const request = async (person: SignedIn): Promise<number> =>
    (await person.fetch('/api/account/verification', { method: 'POST' })).status;
  const isVerified = async (person: SignedIn): Promise<boolean> =>
    ((await (await person.fetch('/api/account')).json()) as Account).isEmailVerified;

  test('is confirmed by the link in a mail, once, and in a session of its account only', async () => {
    const ada = await signUp(server);
    expect(await isVerified(ada)).toBe(false);
    expect(await request(ada)).toBe(204);
    const mail = await sink.next(ada.email);
    expect(mail.subject).toBe('Confirm your e-mail address for Tandem on docs.example.org');
    const token = tokenIn(mail);
    // The person whose address somebody else has signed up with, opens the link.
    for (const other of [await signIn(server), await signUp(server)])
      expect(await verify(other, token)).toBe(403);
    expect(await finish(token)).toBe(403);
    expect(await isVerified(ada)).toBe(false);
    // The page has shown another account than that of the session.
    expect(await verify(ada, token, (await signUp(server)).user.id)).toBe(403);
    expect(await isVerified(ada)).toBe(false);
    expect(await verify(ada, token)).toBe(204);
    expect(await isVerified(ada)).toBe(true);
    expect(await verify(ada, token)).toBe(403);
  });

  test('gets three links at a time, and a guest has none', async () => {
    const ada = await signUp(server);
    for (let links = 1; links <= ACCOUNTS.maxOpenLinks; links++) {
      expect(await request(ada)).toBe(204);
      await sink.next(ada.email, links);
    }
    expect(await request(ada)).toBe(403);
    expect(await request(await signIn(server))).toBe(403);
  });
});
