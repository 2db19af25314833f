import { decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createTokenSigner } from './session-token.ts';

const SECRET = 'a secret that is long enough to sign with';
const NEWER = 'a newer secret that is long enough to sign with';
const START = Date.UTC(2026, 0, 1);
const key = (secret: string) => new TextEncoder().encode(secret);

const ownKid = async () =>
  decodeProtectedHeader((await createTokenSigner([SECRET]).sign('ada')).token).kid;

const forge = async (
  claims: Record<string, unknown>,
  { alg = 'HS256', secret = SECRET, kid }: { alg?: string; secret?: string; kid?: string } = {},
) =>
  await new SignJWT(claims)
    .setProtectedHeader({ alg, kid: kid ?? ((await ownKid()) as string) })
    .sign(key(secret));

const good = {
  sub: 'user',
  sid: 'session',
  iss: 'tandem',
  aud: 'tandem:socket',
  iat: START / 1000,
  exp: START / 1000 + 600,
};

describe('session token', () => {
  test('W35 says who signed in and in which session, for ten minutes', async () => {
    let now = START;
    const signer = createTokenSigner([SECRET], () => now);
    const { token, expiresAt } = await signer.sign('user-1', 'session-1');
    expect(expiresAt).toBe(START + 600_000);
    const claim = { user: 'user-1', session: 'session-1', expiresAt };
    expect(await signer.verify(token)).toEqual(claim);
    now = START + 599_000;
    expect(await signer.verify(token)).toEqual(claim);
    now = START + 601_000;
    expect(await signer.verify(token)).toBeNull();
  });

  test('the server’s own clients have no session', async () => {
    const signer = createTokenSigner([SECRET], () => START);
    const { token } = await signer.sign('self-probe');
    expect(await signer.verify(token)).toMatchObject({ user: 'self-probe', session: null });
  });

  test('of several keys the newest signs, and what the older ones signed holds', async () => {
    const before = createTokenSigner([SECRET], () => START);
    const between = createTokenSigner([NEWER, SECRET], () => START);
    const after = createTokenSigner([NEWER], () => START);
    const { token: old } = await before.sign('ada', 's');
    const { token: young } = await between.sign('ada', 's');
    expect(await between.verify(old)).toMatchObject({ user: 'ada' });
    expect(await between.verify(young)).toMatchObject({ user: 'ada' });
    expect(await after.verify(young)).toMatchObject({ user: 'ada' });
    expect(await after.verify(old)).toBeNull();
    expect(await before.verify(young)).toBeNull();
  });

  test('a key is not known by what it is', async () => {
    const { token } = await createTokenSigner([SECRET]).sign('ada');
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'HS256',
      kid: expect.stringMatching(/^[\w-]{8}$/) as string,
    });
  });

  test('W35 refuses what is not exactly ours', async () => {
    const signer = createTokenSigner([SECRET, NEWER], () => START);
    expect(await signer.verify(await forge(good))).toMatchObject({ user: 'user' });
    const newer = decodeProtectedHeader((await createTokenSigner([NEWER]).sign('ada')).token);
    const refused: Record<string, string> = {
      'another secret': await forge(good, { secret: 'another secret that is long enough too' }),
      'another secret of ours': await forge(good, { kid: newer.kid as string }),
      'an unknown key': await forge(good, { kid: 'whatever' }),
      'no key': await new SignJWT(good).setProtectedHeader({ alg: 'HS256' }).sign(key(SECRET)),
      'another algorithm': await forge(good, { alg: 'HS512' }),
      'no signature': new UnsecuredJWT(good).encode(),
      'another audience': await forge({ ...good, aud: 'tandem:mail' }),
      'another issuer': await forge({ ...good, iss: 'someone' }),
      'no end': await forge({ ...good, exp: undefined }),
      'a distant end': await forge({
        ...good,
        iat: START / 1000 - 900,
        exp: START / 1000 + 90_000,
      }),
      'issued tomorrow': await forge({ ...good, iat: START / 1000 + 86_400 }),
      'no subject': await forge({ ...good, sub: undefined }),
      'an empty subject': await forge({ ...good, sub: '' }),
      'a subject of another type': await forge({ ...good, sub: false }),
      'a session of another type': await forge({ ...good, sid: 7 }),
      'not a token': 'eyJ.x.y',
      nothing: '',
    };
    for (const [what, token] of Object.entries(refused))
      expect(await signer.verify(token), what).toBeNull();
  });
});
