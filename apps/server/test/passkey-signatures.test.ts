/** What passkeys sign, and hostile ones: PK4, PK5 and PK8 in `src/accounts/README.md`. */
import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PasskeyRefused } from '../src/accounts/passkey-ceremony.ts';
import { verifyAssertion } from '../src/accounts/passkey-verifier.ts';
import { eventually } from './eventually.ts';
import { PasskeyClient, sentenceOf } from './passkey-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signUp, type SignedUp } from './signed-up.ts';
import { coseKeyOf, SoftwareAuthenticator, type Lies } from './software-authenticator.ts';

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
});

async function withPasskey(lies: Lies = {}): Promise<{ ada: SignedUp; browser: PasskeyClient }> {
  const browser = new PasskeyClient(server);
  const ada = await signUp(server);
  await browser.add(ada, 'Laptop', lies);
  return { ada, browser };
}

describe('PK4 what is signed', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

  test.each([
    ['on a page of another site', { origin: 'https://evil.example' }],
    ['on a page with another port', { origin: 'http://localhost:1' }],
    ['for another host', { host: 'evil.example' }],
    ['without verifying the person', { isVerified: false }],
    ['without a person', { isPresent: false }],
    ['for another purpose', { type: 'webauthn.create' }],
    ['in a frame of another site', { crossOrigin: true }],
    ['by another key', { key: other }],
    ['for another user', { userHandle: Buffer.from('somebody').toString('base64url') }],
    ['without saying for whom', { userHandle: null }],
  ])('%s does not sign in', async (_, lies) => {
    const { browser } = await withPasskey();
    const refused = await browser.trySignIn(lies);
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/This passkey does not sign in here/);
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect((await browser.trySignIn()).status).toBe(200);
  });

  test.each(['signature', 'authenticatorData', 'clientDataJSON'] as const)(
    'and changed afterwards, in its %s, does not sign in',
    async (part) => {
      const { browser } = await withPasskey();
      const credential = browser.authenticator.use(await browser.request());
      const bytes = Buffer.from(credential.response[part], 'base64url');
      // Inside of what is signed, and of JSON: one letter of the origin.
      const at = part === 'clientDataJSON' ? bytes.indexOf('localhost') : bytes.length - 1;
      bytes[at] = bytes[at]! ^ 1;
      const response = { ...credential.response, [part]: bytes.toString('base64url') };
      expect((await browser.send({ ...credential, response })).status).toBe(403);
      expect((await browser.send(credential)).status).toBe(200);
    },
  );

  test.each([
    ['on a page of another site', { origin: 'https://evil.example' }],
    ['for another host', { host: 'evil.example' }],
    ['without verifying the person', { isVerified: false }],
    ['for another purpose', { type: 'webauthn.get' }],
    ['in a frame of another site', { crossOrigin: true }],
  ])('%s is not added', async (_, lies) => {
    const browser = new PasskeyClient(server);
    const ada = await signUp(server);
    const refused = await browser.tryAdd(ada, lies);
    expect(refused.status).toBe(403);
    expect(await browser.list(ada)).toEqual([]);
  });

  test.each(['e30', 'AAAA', 'bm9uZQ', 'oA', '_____w', 'o2NmbXRkbm9uZQ'])(
    'and is no CBOR or JSON (%s), is refused, and the right answer is not',
    async (junk) => {
      const { ada, browser } = await withPasskey();
      const created = browser.authenticator.create(await browser.options(ada));
      const added = { ...created, response: { ...created.response, attestationObject: junk } };
      const refused = await browser.post(ada, '', { name: 'Key', credential: added });
      expect(refused.status).toBe(403);
      expect(await sentenceOf(refused)).toMatch(/does not fit this server/);
      const [known] = browser.authenticator.credentials;
      const used = browser.authenticator.use(await browser.request(), { credential: known! });
      for (const [part, status, sentence] of [
        ['authenticatorData', 403, /does not sign in here/],
        ['signature', 403, /does not sign in here/],
        ['clientDataJSON', 404, /another window/],
      ] as const) {
        const response = { ...used.response, [part]: junk };
        const answer = await browser.send({ ...used, response });
        expect(answer.status, part).toBe(status);
        expect(await sentenceOf(answer)).toMatch(sentence);
      }
      expect((await browser.send(used)).status).toBe(200);
    },
  );
});

describe('PK4 a key', () => {
  const publicKeyOf = ({ publicKey }: { readonly publicKey: KeyObject }) => coseKeyOf(publicKey);
  const ec = () => publicKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const rsa = (modulusLength: number, publicExponent = 65_537) =>
    publicKeyOf(generateKeyPairSync('rsa', { modulusLength, publicExponent }));
  /** Nobody looks for primes: it takes long, and no key is used. */
  const rsaOf = (bits: number) => {
    const modulus = randomBytes(bits / 8);
    modulus[0] = 0xff;
    return new Map<number, unknown>([...rsa(2_048), [-1, modulus]]);
  };
  const ecOf = (more: readonly (readonly [number, unknown])[]) => new Map([...ec(), ...more]);

  test.each(['ES256', 'RS256'] as const)('of %s signs in', async (algorithm) => {
    const { ada, browser } = await withPasskey({ algorithm });
    expect((await browser.signIn()).user).toEqual(ada.user);
    const key = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    expect((await browser.trySignIn({ key })).status).toBe(403);
  });

  test.each<readonly [string, () => Map<number, unknown>]>([
    ['of another algorithm (ES384)', () => ecOf([[3, -35]])],
    ['of another algorithm (PS256)', () => new Map([...rsa(2_048), [3, -37]])],
    [
      'of EdDSA',
      () =>
        new Map<number, unknown>([
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, randomBytes(32)],
        ]),
    ],
    ['of ES256 that says RS256', () => ecOf([[3, -257]])],
    ['of another curve', () => ecOf([[-1, 2]])],
    ['that is no point of the curve', () => ecOf([[-3, randomBytes(32)]])],
    ['whose coordinate is a number', () => ecOf([[-2, 7]])],
    ['of RSA that is too short', () => rsa(1_024)],
    ['of RSA that is too long', () => rsaOf(4_104)],
    ['that is too long to be read', () => rsaOf(8_192)],
    ['of RSA with another exponent', () => rsa(2_048, 3)],
    ['that hides something else', () => ecOf([[99, randomBytes(1_024)]])],
  ])('%s is not added', async (_, coseKey) => {
    const browser = new PasskeyClient(server);
    const ada = await signUp(server);
    const refused = await browser.tryAdd(ada, { coseKey: coseKey() });
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/does not fit this server/);
    expect(await browser.list(ada)).toEqual([]);
  });

  test('of RSA with 4,096 bits is added', async () => {
    await withPasskey({ coseKey: rsaOf(4_096) });
  });

  test('is added whatever its authenticator says of its make, which is not read', async () => {
    const content = new Map<string, unknown>([
      ['alg', -7],
      ['sig', randomBytes(64)],
    ]);
    const { ada, browser } = await withPasskey({ statement: { format: 'packed', content } });
    expect((await browser.signIn()).user).toEqual(ada.user);
  });
});

describe('PK5 an unknown passkey', () => {
  test('is answered like a wrong one', async () => {
    const { ada, browser } = await withPasskey();
    const wrong = await browser.trySignIn({ userHandle: 'AAAA' });
    const [{ id: passkey } = { id: '' }] = await browser.list(ada);
    expect((await browser.post(ada, '/remove', { passkey })).status).toBe(204);
    const unknown = await browser.trySignIn();
    expect([unknown.status, await unknown.text()]).toEqual([wrong.status, await wrong.text()]);
    expect((await browser.request()).allowCredentials).toEqual([]);
  });

  test('takes the work of a wrong one', async () => {
    const origin = 'https://docs.example.org';
    const authenticator = new SoftwareAuthenticator(origin);
    const rp = { id: 'docs.example.org', name: '' };
    const user = { id: 'AAAA', name: 'Ada', displayName: 'Ada' };
    authenticator.create({ rp, user, challenge: 'AA' } as never);
    const [{ coseKey, id }] = authenticator.credentials as [
      (typeof authenticator.credentials)[number],
    ];
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const request = {
      ...{ rpId: rp.id, challenge: 'AA', timeout: 1, userVerification: 'required' as const },
      allowCredentials: [],
    };
    const answer = authenticator.use(request, { key });
    const known = {
      ...{ id, user: 'ada', host: rp.id, public_key: coseKey.toString('base64url'), counter: 0 },
      ...{ transports: '', name: 'Laptop', created_at: 0, used_at: null },
    };
    const context = { relyingParty: { host: rp.id, origin }, challenge: 'AA' };
    const verify = vi.spyOn(crypto.subtle, 'verify');
    onTestFinished(() => verify.mockRestore());
    const calls: number[] = [];
    for (const passkey of [known, undefined]) {
      await expect(verifyAssertion(answer, passkey, context)).rejects.toThrow(PasskeyRefused);
      calls.push(verify.mock.calls.length);
    }
    expect(calls).toEqual([1, 2]);
  });
});

test('PK8 a passkey that has counted backwards is refused, and the log has a warning', async () => {
  const { browser } = await withPasskey();
  const [credential] = browser.authenticator.credentials;
  credential!.counter = 6;
  await browser.signIn();
  const replayed = browser.authenticator.use(await browser.request());
  expect((await browser.send(replayed)).status).toBe(200);
  // The same answer again, as after a lost one, is no copy.
  expect((await browser.send(replayed)).status).toBe(404);
  for (const counter of [8, 3, 0]) {
    const refused = await browser.trySignIn({ counter });
    expect(refused.status).toBe(403);
    expect(await sentenceOf(refused)).toMatch(/as if somebody had a copy of it/);
  }
  const warnings = () => server.output.match(/a passkey has counted backwards/g)?.length;
  await eventually('the log has a warning for each', () => warnings() === 3);
  expect((await browser.trySignIn({ counter: 9 })).status).toBe(200);
});
