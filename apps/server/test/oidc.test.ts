/** Signing in with a real OpenID provider: rules AC15 to AC18 in `src/accounts/README.md`. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Account, OidcRedirect } from '@tandem/protocol/accounts';
import { ACCOUNTS } from '../src/storage/limits.ts';
import {
  signInAtProvider,
  startIdentityProvider,
  type IdentityProvider,
} from './identity-provider.ts';
import {
  begin as beginAt,
  comeBack,
  freePort,
  personOf as personAt,
  resultOf,
  sessionCookieIn,
  signedInBy as signedInAt,
} from './provider-sign-in.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { ageSessions } from './sessions-age.ts';
import { signIn, withCookie, type SignedIn } from './signed-in.ts';

const atEnd = atEndOfFile();
let provider: IdentityProvider;
let server: RunningServer;

beforeAll(async () => {
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  provider = await startIdentityProvider(publicUrl, { atEnd });
  const environment = {
    PORT: String(port),
    PUBLIC_URL: publicUrl,
    OIDC_PROVIDERS: provider.setting,
  };
  server = await RunningServer.start(environment, atEnd);
});

const begin = (guest: SignedIn | null, more: object = {}) => beginAt(server, guest, more);
const signedInBy = (login: string, guest: SignedIn | null, more: object = {}) =>
  signedInAt(server, login, guest, more);
const personOf = (response: Response) => personAt(server, response);

describe('AC15 a sign-in at a provider', () => {
  test('makes an account of the guest, and leads back to where they were', async () => {
    const guest = await signIn(server);
    const { response } = await signedInBy('ada', guest);
    expect(resultOf(response)).toBe('/d/abc#sign-in=done');
    const ada = await personOf(response);
    expect(ada.user).toEqual(guest.user);
    expect((await guest.fetch('/api/me')).status).toBe(401);
    const account = (await (await ada.fetch('/api/account')).json()) as Account;
    expect(account).toMatchObject({
      isGuest: false,
      identities: [{ provider: 'corp', isRemovable: false }],
    });
  });

  test('leads to the same account from another browser, with or without a guest', async () => {
    const first = await personOf((await signedInBy('bob', await signIn(server))).response);
    for (const guest of [await signIn(server), null]) {
      const { response } = await signedInBy('bob', guest);
      expect((await personOf(response)).user.id).toBe(first.user.id);
    }
  });

  test('in place is for the same person only', async () => {
    const cy = await personOf((await signedInBy('cy', await signIn(server))).response);
    const other = await signedInBy('dee', null, { as: cy.user.id });
    expect(resultOf(other.response)).toBe('/d/abc#sign-in=another-person');
    expect(sessionCookieIn(other.response)).toBeUndefined();
    const own = await signedInBy('cy', null, { as: cy.user.id });
    expect(resultOf(own.response)).toBe('/d/abc#sign-in=done');
  });

  test('is linked to an account, unless it is another one’s', async () => {
    const eve = await personOf((await signedInBy('eve', await signIn(server))).response);
    const linked = await signedInBy('eve-too', eve, { purpose: 'link' });
    expect(resultOf(linked.response)).toBe('/d/abc#account=done');
    const again = await personOf((await signedInBy('eve-too', null)).response);
    expect(again.user.id).toBe(eve.user.id);
    const fay = await personOf((await signedInBy('fay', await signIn(server))).response);
    const taken = await signedInBy('eve', fay, { purpose: 'link' });
    expect(resultOf(taken.response)).toBe('/d/abc#account=taken');
  });
});

describe('how a person signs in', () => {
  const PASSWORD = 'a password of tests';
  const post = (person: SignedIn, path: string, body: object) =>
    person.fetch(`/api/account/${path}`, { method: 'POST', body });
  const accountOf = async (person: SignedIn): Promise<Account> =>
    (await (await person.fetch('/api/account')).json()) as Account;
  const startLink = (person: SignedIn) =>
    post(person, 'oidc', { provider: 'corp', to: '/', purpose: 'link' });
  let count = 0;

  async function withPassword(): Promise<SignedIn> {
    const email = `way-${++count}@example.org`;
    const answer = await post(await signIn(server), 'sign-up', { email, password: PASSWORD });
    return await withCookie(server, answer);
  }

  const remove = async (person: SignedIn, identity: { issuer: string; subject: string }) => {
    const { issuer, subject } = identity;
    return (await post(person, 'identities/remove', { issuer, subject })).status;
  };

  test('AC24 is listed, and an identity is removed, but never the last one', async () => {
    const hal = await withPassword();
    await signedInBy('hal', hal, { purpose: 'link' });
    const phone = await personOf((await signedInBy('hal', null)).response);
    const { identities, hasPassword } = await accountOf(hal);
    expect(hasPassword).toBe(true);
    expect(identities).toEqual([
      expect.objectContaining({ provider: 'corp', subject: 'hal', isRemovable: true }),
    ]);
    expect(await remove(hal, identities[0]!)).toBe(204);
    expect((await phone.fetch('/api/me')).status).toBe(401);
    expect((await hal.fetch('/api/me')).status).toBe(200);
    expect((await accountOf(hal)).identities).toEqual([]);
    expect(await remove(hal, identities[0]!)).toBe(404);
    const another = await personOf((await signedInBy('hal', null)).response);
    expect(another.user.id).not.toBe(hal.user.id);

    const ivy = await personOf((await signedInBy('ivy', await signIn(server))).response);
    const [only] = (await accountOf(ivy)).identities;
    expect(only!.isRemovable).toBe(false);
    expect(await remove(ivy, only!)).toBe(403);
    await signedInBy('ivy-too', ivy, { purpose: 'link' });
    const both = (await accountOf(ivy)).identities;
    const statuses = await Promise.all(both.map((identity) => remove(ivy, identity)));
    expect(statuses.toSorted((x, y) => x - y)).toEqual([204, 403]);
    expect((await accountOf(ivy)).identities).toHaveLength(1);
  });

  test('AC24 nobody removes another person’s', async () => {
    const jan = await withPassword();
    await signedInBy('jan', jan, { purpose: 'link' });
    const kim = await withPassword();
    const [identity] = (await accountOf(jan)).identities;
    expect(await remove(kim, identity!)).toBe(404);
    expect((await accountOf(jan)).identities).toHaveLength(1);
  });

  test('AC23 changes only after its person has shown who they are', async () => {
    const lou = await withPassword();
    expect((await accountOf(lou)).isConfirmed).toBe(true);
    await ageSessions(server, { user: lou.user.id, ms: ACCOUNTS.confirmedForMs });
    expect((await accountOf(lou)).isConfirmed).toBe(false);
    expect((await startLink(lou)).status).toBe(403);
    const wrong = await post(lou, 'confirm', { password: 'not the password' });
    expect([wrong.status, (await startLink(lou)).status]).toEqual([403, 403]);
    expect((await post(lou, 'confirm', { password: PASSWORD })).status).toBe(204);
    expect((await startLink(lou)).status).toBe(200);
  });

  test('AC23 is changed after a sign-in again at a provider, as the same person', async () => {
    const mia = await personOf((await signedInBy('mia', await signIn(server))).response);
    await ageSessions(server, { user: mia.user.id, ms: ACCOUNTS.confirmedForMs });
    expect((await startLink(mia)).status).toBe(403);
    const again = await signedInBy('mia', mia, { purpose: 'confirm' });
    expect(resultOf(again.response)).toBe('/d/abc#account=done');
    const confirmed = await personOf(again.response);
    expect(confirmed.user.id).toBe(mia.user.id);
    expect((await startLink(confirmed)).status).toBe(200);
    const other = await signedInBy('ned', confirmed, { purpose: 'confirm' });
    expect(resultOf(other.response)).toBe('/d/abc#account=another-person');
    expect((await startLink(await signIn(server))).status).toBe(401);
  });
});

describe('AC23 a provider that recognises the browser', () => {
  test('is asked to let its person sign in again, and must say that they did', async () => {
    const oli = await personOf((await signedInBy('oli', await signIn(server))).response);
    const { url, flow } = await begin(oli, { purpose: 'confirm' });
    const asked = new URL(url);
    expect(asked.searchParams.get('max_age')).toBe('0');
    expect(asked.searchParams.get('prompt')).toBe('login');
    // As with a provider that ignores both.
    for (const name of ['max_age', 'prompt']) asked.searchParams.delete(name);
    const back = await signInAtProvider(asked.href, 'oli');
    const response = await comeBack(back, [flow, oli.cookie]);
    expect(resultOf(response)).toBe('/d/abc#account=provider');
    expect(sessionCookieIn(response)).toBeUndefined();
  });

  test('begins a session in which nothing is connected', async () => {
    const { url, flow } = await begin(null);
    const asked = new URL(url);
    asked.searchParams.delete('max_age');
    const back = await signInAtProvider(asked.href, 'pia');
    const pia = await personOf(await comeBack(back, [flow]));
    const body = { provider: 'corp', to: '/', purpose: 'link' };
    const refused = await pia.fetch('/api/account/oidc', { method: 'POST', body });
    expect(refused.status).toBe(403);
  });
});

describe('AC16 what does not fit signs nobody in', () => {
  const refused = (response: Response): void => {
    expect(resultOf(response)).toMatch(/#(sign-in|account)=(over|provider)$/);
    expect(sessionCookieIn(response)).toBeUndefined();
  };

  test('an answer without the cookie of the browser that began, or with another one', async () => {
    const guest = await signIn(server);
    const { url } = await begin(guest);
    const other = await begin(guest);
    const back = await signInAtProvider(url, 'ada');
    refused(await comeBack(back, [guest.cookie]));
    refused(await comeBack(back, [guest.cookie, other.flow]));
    refused(await comeBack(back, [guest.cookie, `${other.flow}x`]));
  });

  test('an answer in the browser of somebody else', async () => {
    const [guest, other] = [await signIn(server), await signIn(server)];
    const { url, flow } = await begin(guest);
    const back = await signInAtProvider(url, 'ada');
    refused(await comeBack(back, [flow, other.cookie]));
    refused(await comeBack(back, [flow]));
  });

  test('another state, and a code that was used', async () => {
    const guest = await signIn(server);
    const { url, flow } = await begin(guest);
    const back = new URL(await signInAtProvider(url, 'gus'));
    const forged = new URL(back);
    forged.searchParams.set('state', 'forged');
    refused(await comeBack(forged.href, [flow, guest.cookie]));
    const { response } = await signedInBy('gus', guest);
    const gus = await personOf(response);
    expect(resultOf(await comeBack(back.href, [flow, gus.cookie]))).toBe('/d/abc#sign-in=over');
    const replayed = await signedInBy('gus', gus, { purpose: 'link' });
    refused(await comeBack(replayed.back, [replayed.flow, gus.cookie]));
  });

  test('a path of another site', async () => {
    for (const to of ['https://evil.example/', '//evil.example', '/.//evil.example']) {
      const { response } = await signedInBy('ada', null, { to });
      expect(resultOf(response)).toBe('/#sign-in=done');
    }
  });

  test('a page of another site', async () => {
    const response = await fetch(`${server.url}/api/account/oidc`, {
      method: 'POST',
      headers: { Origin: 'https://evil.example' },
      body: JSON.stringify({ provider: 'corp', to: '/', purpose: 'sign-in' }),
    });
    expect(response.status).toBe(403);
  });
});

test('AC16 over https, a cookie that a neighbouring page has planted does not count', async () => {
  const publicUrl = 'https://docs.example.org';
  const corp = await startIdentityProvider(publicUrl);
  const own = await RunningServer.start({ PUBLIC_URL: publicUrl, OIDC_PROVIDERS: corp.setting });
  const headers = { Host: 'docs.example.org' };
  const started = await askAs(own, {
    ...{ method: 'POST', path: '/api/account/oidc', headers },
    body: JSON.stringify({ provider: 'corp', to: '/', purpose: 'sign-in' }),
  });
  const flow = started.cookies[0]!.split(';', 1)[0]!;
  expect(flow).toMatch(/^__Host-tandem_oidc=/);
  const { url } = JSON.parse(started.text) as OidcRedirect;
  const { pathname, search } = new URL(await signInAtProvider(url, 'ada'));
  const back = (cookie: string) =>
    askAs(own, { method: 'GET', path: pathname + search, headers: { ...headers, Cookie: cookie } });
  expect((await back(flow.replace('__Host-', ''))).location).toBe('/#sign-in=over');
  expect((await back(flow)).location).toBe('/#sign-in=done');
});

test('AC17 an address that nobody has verified here does not lead into its account', async () => {
  const email = 'target@example.org';
  const target = await signIn(server);
  const body = { email, password: 'a password of tests' };
  const signedUp = await target.fetch('/api/account/sign-up', { method: 'POST', body });
  expect(signedUp.status).toBe(200);
  for (const email_verified of [false, true]) {
    provider.people.set(`claims-${email_verified}`, { email, email_verified });
    const guest = await signIn(server);
    const { response } = await signedInBy(`claims-${email_verified}`, guest);
    expect((await personOf(response)).user.id).toBe(guest.user.id);
  }
});

test('AC18 a provider that is down stops nothing, and works once it is back', async () => {
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const first = await startIdentityProvider(publicUrl);
  const providerPort = Number(new URL(first.issuer).port);
  await first.stop();
  const own = await RunningServer.start({
    PORT: String(port),
    PUBLIC_URL: publicUrl,
    OIDC_PROVIDERS: first.setting,
  });
  const start = () =>
    fetch(`${own.url}/api/account/oidc`, {
      method: 'POST',
      body: JSON.stringify({ provider: 'corp', to: '/', purpose: 'sign-in' }),
    });
  expect((await start()).status).toBe(503);
  await startIdentityProvider(publicUrl, { port: providerPort });
  expect((await start()).status).toBe(200);
});

interface Answer {
  readonly cookies: readonly string[];
  readonly location: string | undefined;
  readonly text: string;
}

/** Low-level, because `fetch` sets `Host` itself. */
async function askAs(
  { port }: RunningServer,
  {
    method,
    path,
    headers,
    body = '',
  }: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
  },
): Promise<Answer> {
  const asking = request({ port, host: 'localhost', method, path, headers });
  asking.end(body);
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  const { location, 'set-cookie': cookies = [] } = answer.headers;
  return { cookies, location, text: await text(answer) };
}
