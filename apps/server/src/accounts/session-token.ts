/**
 * Signed tokens for `hello`, and for HTTP without cookies: a claim to be a user, valid for ten
 * minutes or until its session ends. The newest key signs; older keys still verify, so that a
 * secret can be rotated unnoticed.
 */
import { createHash, webcrypto } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { AsyncCache } from '../runtime/async-cache.ts';
import { ACCOUNTS, TOKEN_CACHE } from '../storage/limits.ts';
import type { Secrets } from '../configuration/setting-schemas.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'tandem';
const AUDIENCE = 'tandem:socket';
const KEY_ID_LENGTH = 8;

const claims = z.looseObject({
  sub: z.string().min(1).max(64),
  sid: z.string().min(1).max(64).optional(),
  exp: z.number(),
});

export interface TokenClaim {
  readonly user: string;
  /** Null for the server's own clients, which have no session. */
  readonly session: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface TokenSigner {
  sign(
    user: string,
    session?: string,
  ): Promise<{ readonly token: string; readonly expiresAt: number }>;
  verify(token: string): Promise<TokenClaim | null>;
}

export function createTokenSigner(secrets: Secrets, now: () => number = Date.now): TokenSigner {
  // Imported once, because importing takes longer than verifying.
  const keys = new Map(secrets.map((secret) => [keyId(secret), importedKey(secret)]));
  const [newest] = secrets;
  const kid = keyId(newest);

  const keyOf: JWTVerifyGetKey = async (header) => {
    const key = keys.get(header.kid ?? '');
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return await key;
  };

  async function read(token: string): Promise<TokenClaim | null> {
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'iat', 'exp'],
        maxTokenAge: ACCOUNTS.tokenLifetimeMs / 1000,
        currentDate: new Date(now()),
      });
      const typed = claims.safeParse(payload);
      if (!typed.success) return null;
      const { sub: user, sid: session = null, exp } = typed.data;
      return { user, session, expiresAt: exp * 1000 };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  // Returning clients bring the same token.
  const verified = new AsyncCache({
    load: read,
    maxEntries: TOKEN_CACHE.maxEntries,
    idleMs: TOKEN_CACHE.idleMs,
  });

  return {
    async sign(user, session) {
      const issuedAt = now();
      const expiresAt = issuedAt + ACCOUNTS.tokenLifetimeMs;
      const token = await new SignJWT(session === undefined ? {} : { sid: session })
        .setProtectedHeader({ alg: ALGORITHM, kid })
        .setSubject(user)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(new Date(issuedAt))
        .setExpirationTime(new Date(expiresAt))
        .sign(await (keys.get(kid) as Promise<webcrypto.CryptoKey>));
      return { token, expiresAt };
    },
    async verify(token) {
      const claim = await verified.fetch(token);
      return claim === null || claim.expiresAt <= now() ? null : claim;
    },
  };
}

function importedKey(secret: string): Promise<webcrypto.CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = new TextEncoder().encode(secret);
  return webcrypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
}

function keyId(secret: string): string {
  return createHash('sha256')
    .update(`key id of ${secret}`)
    .digest('base64url')
    .slice(0, KEY_ID_LENGTH);
}
