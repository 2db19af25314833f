/**
 * Passkeys with an authenticator in software: PK1 to PK13 in `src/accounts/README.md`. What is signed is in
 * `passkey-signatures.test.ts`, and what counts in `passkey-limits.test.ts`.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { MAX_PASSKEYS } from '@tandem/protocol';
import type { Account, SignedInSession } from '@tandem/protocol/accounts';
import type { AuditPage } from '@tandem/protocol/audit';
import { ACCOUNTS } from '../src/storage/limits.ts';
import { command, newDocument, runCommand } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { PasskeyClient, sentenceOf } from './passkey-client.ts';
import { RunningServer } from './running-server.ts';
import { ageSessions } from './sessions-age.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { PASSWORD, postToAccount, signUp, type SignedUp } from './signed-up.ts';
import { changeRows, countRows } from './table-rows.ts';

const atEnd = atEndOfFile();
let server: RunningServer;
let administrator: SignedUp;

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
  administrator = await signUp(server);
});

const accountOf = async (person: SignedIn): Promise<Account> =>
  (await (await person.fetch('/api/account')).json()) as Account;
const ageOf = (person: SignedIn) =>
  ageSessions(server, { user: person.user.id, ms: ACCOUNTS.confirmedForMs });
const isSignedIn = async (person: SignedIn): Promise<boolean> =>
  (await person.fetch('/api/me')).status === 200;

async function withPasskey(name?: string): Promise<{ ada: SignedUp; browser: PasskeyClient }> {
  const browser = new PasskeyClient(server);
  const ada = await signUp(server);
  await browser.add(ada, name);
  return { ada, browser };
}

describe('PK1 a passkey', () => {
  test('is added, listed, renamed and used, and its person sees when', async () => {
    const { ada, browser } = await withPasskey('Laptop');
    const [added] = await browser.list(ada);
    expect(added).toMatchObject({
      ...{ name: 'Laptop', host: 'localhost', usedAt: null, isRemovable: true },
    });
    const passkey = added!.id;
    expect((await browser.post(ada, '/rename', { passkey, name: 'Old laptop' })).status).toBe(204);
    const other = await browser.signIn();
    expect(other.user).toEqual(ada.user);
    const [used] = await browser.list(other);
    expect(used).toMatchObject({ name: 'Old laptop' });
    expect(used!.usedAt).toBeGreaterThan(0);
    expect(await accountOf(other)).toMatchObject({ isGuest: false, hasPasskeysHere: true });
  });

  test('is added only by a person with an account who has shown who they are', async () => {
    const browser = new PasskeyClient(server);
    const guest = await signIn(server);
    await ageOf(guest);
    const refused = await browser.post(guest, '/options');
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/Create an account first/);
    const ada = await signUp(server);
    await ageOf(ada);
    const late = await browser.post(ada, '/options');
    expect(late.status).toBe(403);
    expect(await sentenceOf(late)).toMatch(/Show first that it is you/);
    expect(await browser.list(ada)).toEqual([]);
  });

  test('is added although its person was longer in the dialog of the browser', async () => {
    const browser = new PasskeyClient(server);
    const ada = await signUp(server);
    const credential = browser.authenticator.create(await browser.options(ada));
    await ageOf(ada);
    expect((await browser.post(ada, '', { name: 'Laptop', credential })).status).toBe(204);
    expect(await browser.list(ada)).toHaveLength(1);
  });

  test('has a limit of its number, which is known before the device makes one', async () => {
    const { ada, browser } = await withPasskey();
    for (let i = 1; i < MAX_PASSKEYS; i++) {
      expect((await browser.options(ada)).excludeCredentials).toHaveLength(i);
      await browser.add(ada, `Key ${i}`);
    }
    const refused = await browser.post(ada, '/options');
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/limit of passkeys/);
  });
});

describe('PK2 a page', () => {
  const ask = (url: string, origin: string | null) =>
    fetch(`${url}/api/account/passkeys/sign-in/options`, {
      method: 'POST',
      headers: origin === null ? {} : { Origin: origin },
    });

  test('of another site, or without an origin, has no passkeys', async () => {
    const statuses = [];
    for (const origin of ['https://evil.example', 'null', null, `http://127.0.0.1:${server.port}`])
      statuses.push((await ask(server.url, origin)).status);
    expect(statuses).toEqual([403, 403, 403, 403]);
    expect((await ask(server.url, server.url)).status).toBe(200);
  });

  test('has them at PUBLIC_URL alone, where there is one', async () => {
    const PUBLIC_URL = 'https://docs.example.org';
    const ALLOWED_ORIGINS = 'https://other.example.org';
    const { url } = await RunningServer.start({ PUBLIC_URL, ALLOWED_ORIGINS });
    const answer = await ask(url, PUBLIC_URL);
    expect(await answer.json()).toMatchObject({ rpId: 'docs.example.org' });
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-tandem_passkey=.*; Secure/);
    expect((await ask(url, url)).status).toBe(403);
    expect((await ask(url, ALLOWED_ORIGINS)).status).toBe(403);
    expect(await (await fetch(`${url}/api/account/options`)).json()).toMatchObject({
      passkeyOrigin: PUBLIC_URL,
    });
  });
});

describe('PK3 a challenge', () => {
  test('works once', async () => {
    const { browser } = await withPasskey();
    const options = await browser.request();
    const credential = browser.authenticator.use(options);
    expect((await browser.send(credential)).status).toBe(200);
    const replayed = await browser.send(credential);
    expect(replayed.status).toBe(404);
    expect(await sentenceOf(replayed)).toMatch(/was done already/);
    expect((await browser.send(browser.authenticator.use(options))).status).toBe(404);
  });

  test('is not stored before it is used, so that nobody fills the database', async () => {
    const { ada, browser } = await withPasskey();
    const before = await countRows(server, 'one_time');
    const options = await browser.request();
    await browser.options(ada);
    await browser.post(ada, '/confirm/options');
    expect(await countRows(server, 'one_time')).toBe(before);
    const wrong = browser.authenticator.use(options, { isVerified: false });
    expect((await browser.send(wrong)).status).toBe(403);
    expect(await countRows(server, 'one_time')).toBe(before);
    expect((await browser.send(browser.authenticator.use(options))).status).toBe(200);
    expect(await countRows(server, 'one_time')).toBe(before + 1);
  });

  test('works in the browser that asked for it, and in no other', async () => {
    const { browser } = await withPasskey();
    const other = new PasskeyClient(server);
    await other.request();
    const credential = browser.authenticator.use(await browser.request());
    const elsewhere = await other.send(credential);
    expect(elsewhere.status).toBe(404);
    expect(await sentenceOf(elsewhere)).toMatch(/another window/);
    const without = await new PasskeyClient(server).send(credential);
    expect(without.status).toBe(404);
    expect(await sentenceOf(without)).toMatch(/keeps no cookies/);
    expect((await browser.send(credential)).status).toBe(200);
  });

  test('works beside one of another tab', async () => {
    const { browser } = await withPasskey();
    const [first, second] = [await browser.request(), await browser.request()];
    for (const options of [first, second])
      expect((await browser.send(browser.authenticator.use(options))).status).toBe(200);
  });

  test('that nobody asked for does not work', async () => {
    const { browser } = await withPasskey();
    const challenge = Buffer.alloc(32, 7).toString('base64url');
    expect((await browser.trySignIn({ challenge })).status).toBe(404);
  });

  test('to confirm does not sign in, and one to sign in adds and confirms nothing', async () => {
    const { ada, browser } = await withPasskey();
    const toConfirm = (await (await browser.post(ada, '/confirm/options')).json()) as object;
    const confirming = browser.authenticator.use({ ...(await browser.request()), ...toConfirm });
    expect((await browser.send(confirming, { guest: ada })).status).toBe(404);
    const credential = browser.authenticator.use(await browser.request());
    expect((await browser.post(ada, '/confirm', { credential })).status).toBe(404);
    const { challenge } = await browser.request();
    expect((await browser.tryAdd(ada, { challenge })).status).toBe(404);
  });

  test('to add one is for the session that asked for it', async () => {
    const browser = new PasskeyClient(server);
    const [ada, ben] = [await signUp(server), await signUp(server)];
    const credential = browser.authenticator.create(await browser.options(ada));
    const refused = await browser.post(ben, '', { name: 'Laptop', credential });
    expect(refused.status).toBe(404);
    expect(await browser.list(ben)).toEqual([]);
    expect((await browser.post(ada, '', { name: 'Laptop', credential })).status).toBe(204);
  });
});

describe('PK6 a sign-in', () => {
  test('begins a session with a new cookie in the place of the guest’s, and asks about documents', async () => {
    const { ada, browser } = await withPasskey();
    const guest = await signIn(server);
    const client = await NativeClient.onAuthenticated(server, { guest });
    const input = { document: newDocument(), title: 'Written as a guest' };
    await runCommand(client, command({ name: 'document:create', input }));
    const answer = await browser.trySignIn({ guest });
    const session = (await answer.json()) as SignedInSession;
    expect(session).toMatchObject({ user: ada.user, isGuest: false, guestDocuments: 1 });
    expect(await isSignedIn(guest)).toBe(false);
    expect(await isSignedIn(ada)).toBe(true);
  });

  test('in place is for the same person only', async () => {
    const [{ ada, browser }, { ada: ben }] = [await withPasskey(), await withPasskey()];
    const refused = await browser.trySignIn({ as: ben.user.id });
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/another person’s account/);
    expect((await browser.signIn({ as: ada.user.id })).user).toEqual(ada.user);
  });
});

describe('PK7 a passkey', () => {
  test('shows who the person is, in the place of the password', async () => {
    const { ada, browser } = await withPasskey();
    await ageOf(ada);
    expect((await accountOf(ada)).isConfirmed).toBe(false);
    expect((await browser.confirm(ada)).status).toBe(204);
    expect((await accountOf(ada)).isConfirmed).toBe(true);
  });

  test('of another person shows nothing, nor does one without a fingerprint or a PIN', async () => {
    const [{ ada, browser }, { browser: other }] = [await withPasskey(), await withPasskey()];
    await ageOf(ada);
    const [credential] = other.authenticator.credentials;
    expect((await browser.confirm(ada, { credential: credential! })).status).toBe(403);
    expect((await browser.confirm(ada, { isVerified: false })).status).toBe(403);
    expect((await accountOf(ada)).isConfirmed).toBe(false);
  });

  test('is asked for only where the account has one for the page', async () => {
    const browser = new PasskeyClient(server);
    for (const person of [await signUp(server), await signIn(server)]) {
      const refused = await browser.post(person, '/confirm/options');
      expect(refused.status).toBe(403);
      expect(await sentenceOf(refused)).toMatch(/no passkey for this address/);
      expect((await accountOf(person)).hasPasskeysHere).toBe(false);
    }
    expect(browser.cookies.size).toBe(0);
  });
});

describe('PK9 a passkey that is removed', () => {
  test('ends all other sessions and API tokens, and signs in no more', async () => {
    const { ada, browser } = await withPasskey();
    const phone = await browser.signIn();
    const scopes = ['documents:read'];
    const made = await postToAccount(ada, 'tokens', { name: 'Bot', scopes, days: null });
    expect(made.status).toBe(200);
    const [{ id: passkey } = { id: '' }] = await browser.list(ada);
    expect((await browser.post(ada, '/remove', { passkey })).status).toBe(204);
    expect([await isSignedIn(ada), await isSignedIn(phone)]).toEqual([true, false]);
    const tokens = await (await ada.fetch('/api/account/tokens')).json();
    expect(tokens).toEqual({ tokens: [] });
    expect((await browser.trySignIn()).status).toBe(403);
    expect((await browser.post(ada, '/remove', { passkey })).status).toBe(404);
  });

  test('is removed only by its own person, who has shown who they are', async () => {
    const [{ ada, browser }, { ada: ben }] = [await withPasskey(), await withPasskey()];
    const [{ id: passkey } = { id: '' }] = await browser.list(ada);
    expect((await browser.post(ben, '/remove', { passkey })).status).toBe(404);
    expect((await browser.post(ben, '/rename', { passkey, name: 'Mine' })).status).toBe(404);
    await ageOf(ada);
    expect((await browser.post(ada, '/remove', { passkey })).status).toBe(403);
    expect(await browser.list(ada)).toMatchObject([{ name: 'Laptop' }]);
  });
});

test('PK9 a passkey for another host is no way to sign in, and the last one for this host stays', async () => {
  const { ada, browser } = await withPasskey('Old address');
  const ofAda = `where "user" = '${ada.user.id}'`;
  await changeRows(server, `update passkey set host = 'old.example.org' ${ofAda}`);
  await browser.add(ada, 'Here');
  await changeRows(server, `delete from identity ${ofAda}`);
  const passkeys = await browser.list(ada);
  const named = (name: string) => passkeys.find((passkey) => passkey.name === name)!;
  expect(passkeys).toHaveLength(2);
  expect(named('Old address')).toMatchObject({ isRemovable: true });
  expect(named('Here')).toMatchObject({ isRemovable: false });
  const refused = await browser.post(ada, '/remove', { passkey: named('Here').id });
  expect(refused.status).toBe(403);
  expect(await sentenceOf(refused)).toMatch(/your only way to sign in/);
  const removed = await browser.post(ada, '/remove', { passkey: named('Old address').id });
  expect(removed.status).toBe(204);
});

describe('PK10 a credential', () => {
  test('is one person’s', async () => {
    const { browser } = await withPasskey();
    const ben = await signUp(server);
    const { id } = browser.authenticator.credentials[0]!;
    const options = await browser.options(ben);
    const copy = browser.authenticator.create(options);
    const bytes = Buffer.from(copy.response.attestationObject, 'base64url');
    const at = bytes.indexOf(Buffer.from(copy.id, 'base64url'));
    Buffer.from(id, 'base64url').copy(bytes, at);
    const attestationObject = bytes.toString('base64url');
    const credential = {
      ...copy,
      id,
      rawId: id,
      response: { ...copy.response, attestationObject },
    };
    const refused = await browser.post(ben, '', { name: 'Taken', credential });
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/was added already/);
  });

  test('of a blocked account signs in when it is unblocked', async () => {
    const { ada, browser } = await withPasskey();
    const block = (isBlocked: boolean) =>
      administrator.fetch(`/api/server/people/${ada.user.id}`, {
        method: 'PATCH',
        body: { isBlocked },
      });
    expect((await block(true)).status).toBeLessThan(300);
    const refused = await browser.trySignIn();
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/has blocked this account/);
    expect((await block(false)).status).toBeLessThan(300);
    expect((await browser.trySignIn()).status).toBe(200);
  });
});

test('PK12 adding, signing in and removing are in the audit log, without names', async () => {
  const { ada, browser } = await withPasskey('Secret name');
  await browser.signIn();
  const [{ id: passkey } = { id: '' }] = await browser.list(ada);
  await browser.post(ada, '/remove', { passkey });
  const answer = await administrator.fetch(`/api/server/audit?person=${ada.user.id}`);
  const page = (await answer.json()) as AuditPage;
  expect(page.entries.map(({ action, detail }) => [action, detail]).toReversed()).toEqual([
    ['account:created', { way: 'password', isInvited: false }],
    ['account:passkey-added', {}],
    ['account:signed-in', { way: 'passkey' }],
    ['account:passkeys-removed', { count: 1 }],
  ]);
  expect(JSON.stringify(page)).not.toContain('Secret name');
  expect(JSON.stringify(page)).not.toContain(passkey);
});

describe('PK13 passkeys', () => {
  const change = async (ada: SignedUp, more: object, current = PASSWORD): Promise<number> => {
    const body = { current, password: `${current}, another`, ...more };
    return (await postToAccount(ada, 'password', body)).status;
  };

  test('stay when the password is changed, unless their person removes them with it', async () => {
    const { ada, browser } = await withPasskey();
    expect(await change(ada, {})).toBe(204);
    expect((await browser.signIn()).user).toEqual(ada.user);
    expect(await change(ada, { removesPasskeys: true }, `${PASSWORD}, another`)).toBe(204);
    expect((await browser.trySignIn()).status).toBe(403);
    expect(await browser.list(ada)).toEqual([]);
  });

  test('are removed by an administrator with all sessions', async () => {
    const { ada, browser } = await withPasskey();
    const end = (removesPasskeys: boolean) =>
      administrator.fetch(`/api/server/people/${ada.user.id}/sessions/end`, {
        method: 'POST',
        body: { removesPasskeys },
      });
    expect((await end(false)).status).toBe(204);
    expect((await browser.trySignIn()).status).toBe(200);
    const gone = `update identity set issuer = 'https://gone.example.org', credential = null`;
    const back = `update identity set issuer = 'email', credential = 'hash'`;
    const ofAda = `where "user" = '${ada.user.id}'`;
    // A provider that the server no longer has is no way to sign in, as in AC24.
    await changeRows(server, `${gone} ${ofAda}`);
    const refused = await end(true);
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/with passkeys only/);
    await changeRows(server, `${back} ${ofAda}`);
    expect((await end(true)).status).toBe(204);
    expect((await browser.trySignIn()).status).toBe(403);
  });
});
