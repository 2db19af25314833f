import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createTokenSigner } from './session-token.ts';

const SECRET = 'a secret that is long enough to sign with';
const START = Date.UTC(2026, 0, 1);
const key = (secret: string) => new TextEncoder().encode(secret);

const forge = (claims: Record<string, unknown>, { alg = 'HS256', secret = SECRET } = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(key(secret));

const good = {
  sub: 'user',
  iss: 'tandem',
  aud: 'tandem:socket',
  iat: START / 1000,
  exp: START / 1000 + 600,
};

describe('session token', () => {
  it('says who signed in, for ten minutes', async () => {
    let now = START;
    const signer = createTokenSigner(SECRET, () => now);
    const { token, expiresAt } = await signer.sign('user-1');
    expect(expiresAt).toBe(START + 600_000);
    expect(await signer.verify(token)).toBe('user-1');
    now = START + 599_000;
    expect(await signer.verify(token)).toBe('user-1');
    now = START + 601_000;
    expect(await signer.verify(token)).toBeNull();
  });

  it('refuses what is not exactly ours', async () => {
    const signer = createTokenSigner(SECRET, () => START);
    expect(await signer.verify(await forge(good))).toBe('user');
    const refused: Record<string, string> = {
      'another secret': await forge(good, { secret: 'another secret that is long enough too' }),
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
      'not a token': 'eyJ.x.y',
      nothing: '',
    };
    for (const [what, token] of Object.entries(refused))
      expect(await signer.verify(token), what).toBeNull();
  });
});
