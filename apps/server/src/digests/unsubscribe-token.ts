/**
 * Tokens of the links in mails that end them (RFC 8058). A token ends the mails of one person, and does nothing else.
 * Their key is made for them alone, so that no other token of this server is one.
 */
import { hkdf } from 'node:crypto';
import { promisify } from 'node:util';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Secrets } from '../configuration/setting-schemas.ts';
import { DIGESTS } from './limits.ts';

const deriveKey = promisify(hkdf);
const KEY_BYTES = 32;
const ALGORITHM = 'HS256';
const ISSUER = 'tandem';
const AUDIENCE = 'tandem:unsubscribe';
const MAX_USER_LENGTH = 64;

export interface UnsubscribeTokens {
  sign(user: string): Promise<string>;
  /** @returns whose mails end; null for a token that is forged, too old, or for something else. */
  verify(token: string): Promise<string | null>;
}

/** @param secrets the newest signs; older ones still verify. */
export function createUnsubscribeTokens(
  secrets: Secrets,
  now: () => number = Date.now,
): UnsubscribeTokens {
  const keys = secrets.map(
    async (secret) =>
      new Uint8Array(await deriveKey('sha256', secret, '', 'tandem unsubscribe', KEY_BYTES)),
  );
  return {
    async sign(user) {
      return await new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(user)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(new Date(now()))
        .setExpirationTime(new Date(now() + DIGESTS.unsubscribeMs))
        .sign(await (keys[0] as Promise<Uint8Array>));
    },
    async verify(token) {
      for (const key of keys) {
        try {
          const { payload } = await jwtVerify(token, await key, {
            algorithms: [ALGORITHM],
            issuer: ISSUER,
            audience: AUDIENCE,
            requiredClaims: ['sub', 'exp'],
            currentDate: new Date(now()),
          });
          const { sub = '' } = payload;
          return sub !== '' && sub.length <= MAX_USER_LENGTH ? sub : null;
        } catch (error) {
          if (!(error instanceof errors.JOSEError)) throw error;
        }
      }
      return null;
    },
  };
}
