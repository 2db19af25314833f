/** Attempts with passkeys count, and lock nobody out: PK11 in `src/accounts/README.md`. */
import { beforeAll, describe, expect, test } from 'vitest';
import { REQUEST_RATES } from '../src/limits.ts';
import { PasskeyClient, sentenceOf } from './passkey-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn } from './signed-in.ts';
import { signUp } from './signed-up.ts';
import { SoftwareAuthenticator } from './software-authenticator.ts';

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({ TRUST_PROXY: '1' }, atEnd);
});

/** What an authenticator shows that nobody has added. */
function unknownCredential() {
  const authenticator = new SoftwareAuthenticator(server.url);
  const user = { id: 'AA', name: 'Ada', displayName: 'Ada' };
  authenticator.create({ rp: { id: 'localhost', name: '' }, user, challenge: 'AA' } as never);
  return authenticator.use({
    ...{ rpId: 'localhost', challenge: 'AA', timeout: 1, userVerification: 'required' as const },
    allowCredentials: [],
  });
}

const tryFrom = async (from: string, credential = unknownCredential()): Promise<number> =>
  (await new PasskeyClient(server, { from }).send(credential)).status;

async function statusesOf(count: number, send: () => Promise<number>): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push(await send());
  return statuses;
}

describe('PK11 attempts to sign in', () => {
  test('with one passkey count by the network', async () => {
    const credential = unknownCredential();
    const statuses = await statusesOf(12, () => tryFrom('198.51.100.1', credential));
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 404), 429, 429]);
    // Another network, and another passkey, go on.
    expect(await tryFrom('192.0.2.1', credential)).toBe(404);
    expect(await tryFrom('198.51.100.1')).toBe(404);
  });

  test('of a whole network have a limit, and its known browsers another one', async () => {
    const from = '198.51.100.2';
    const ada = await signUp(server);
    const browser = new PasskeyClient(server, { from });
    await browser.add(ada);
    const { burst } = REQUEST_RATES.signInsFromAddress;
    const statuses = await statusesOf(burst + 40, () => tryFrom(from));
    expect(statuses).toContain(429);
    // It is known since the passkey was added in it.
    expect((await browser.signIn()).user).toEqual(ada.user);
    const answers: Response[] = [];
    for (let i = 0; i < 5; i++) {
      browser.cookies.delete('tandem_device');
      answers.push(await browser.trySignIn());
    }
    const refused = answers.find(({ status }) => status === 429);
    expect(await sentenceOf(refused!)).not.toMatch(/password/);
  });

  test('make a browser known that has signed in', async () => {
    const ada = await signUp(server);
    const laptop = new PasskeyClient(server);
    const credential = await laptop.add(ada);
    const from = '198.51.100.3';
    const phone = new PasskeyClient(server, { from });
    await phone.signIn({ credential });
    expect(phone.cookies.has('tandem_device')).toBe(true);
    await statusesOf(REQUEST_RATES.signInsFromAddress.burst + 40, () => tryFrom(from));
    expect((await phone.signIn({ credential })).user).toEqual(ada.user);
  });
});

test('PK11 attempts to confirm count by the session, right ones not', async () => {
  const ada = await signUp(server);
  const browser = new PasskeyClient(server);
  await browser.add(ada);
  for (let i = 0; i < 12; i++) expect((await browser.confirm(ada)).status).toBe(204);
  const wrong = async () => (await browser.confirm(ada, { isVerified: false })).status;
  const statuses = await statusesOf(12, wrong);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429, 429]);
});

test('PK11 attempts to add count by the session, right ones not', async () => {
  const ada = await signUp(server);
  const browser = new PasskeyClient(server);
  for (let i = 0; i < 12; i++) await browser.add(ada, `Key ${i}`);
  const wrong = async () => (await browser.tryAdd(ada, { isVerified: false })).status;
  const statuses = await statusesOf(12, wrong);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429, 429]);
});

test('PK11 guests, who get no challenge, take nothing of what the known browsers of their network have', async () => {
  const from = '198.51.100.6';
  const ada = await signUp(server);
  const browser = new PasskeyClient(server, { from });
  await browser.add(ada);
  const credential = unknownCredential();
  const { clientDataJSON } = credential.response;
  const created = { ...credential, response: { clientDataJSON, attestationObject: 'AAAA' } };
  const statuses = new Set<number>();
  for (let i = 0; i < 50; i++) {
    const guest = await signIn(server);
    const junk = new PasskeyClient(server, { from });
    statuses.add((await junk.post(guest, '', { name: 'Junk', credential: created })).status);
    statuses.add((await junk.post(guest, '/confirm', { credential })).status);
  }
  expect(statuses).toEqual(new Set([404]));
  expect((await browser.signIn()).user).toEqual(ada.user);
});

describe('PK11 challenges to sign in', () => {
  const { burst } = REQUEST_RATES.passkeyChallengesFromAddress;
  const ask = async (from: string, origin?: string) => {
    const options = { from, ...(origin === undefined ? {} : { origin }) };
    return (await new PasskeyClient(server, options).post(null, '/sign-in/options')).status;
  };

  test('count by the network', async () => {
    let host = 0;
    const askFrom = (site: string) => ask(`${site}:${(++host).toString(16)}::1`);
    const statuses = await statusesOf(burst + 100, () => askFrom('2001:db8:1'));
    expect(statuses.slice(0, burst)).not.toContain(429);
    expect(statuses.slice(burst)).toContain(429);
    expect(await askFrom('2001:db8:2')).toBe(200);
  });

  test('and those of a network that others use up keep nobody from using a passkey who is known', async () => {
    const from = '198.51.100.4';
    const ada = await signUp(server);
    const browser = new PasskeyClient(server, { from });
    await browser.add(ada);
    expect(await statusesOf(burst + 100, () => ask(from))).toContain(429);
    expect((await browser.signIn()).user).toEqual(ada.user);
    expect((await browser.confirm(ada)).status).toBe(204);
    await browser.add(ada, 'Another one');
  });

  test('do not count for a page that may have none', async () => {
    const from = '198.51.100.5';
    const statuses = await statusesOf(burst + 40, () => ask(from, 'https://evil.example'));
    expect(new Set(statuses)).toEqual(new Set([403]));
    expect(await ask(from)).toBe(200);
  });
});
