/** The token of `hello`: a signed claim to be a user, good for ten minutes and for sockets only. */
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { TOKEN_LIFETIME_MS } from '../limits.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'tandem';
const AUDIENCE = 'tandem:socket';

const claims = z.looseObject({ sub: z.string().min(1).max(64) });

export interface TokenSigner {
  sign(user: string): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** The user's id; null for whatever is not a token of ours that holds now. */
  verify(token: string): Promise<string | null>;
}

export function createTokenSigner(secret: string, now: () => number = Date.now): TokenSigner {
  const key = new TextEncoder().encode(secret);
  return {
    async sign(user) {
      const issuedAt = now();
      const expiresAt = issuedAt + TOKEN_LIFETIME_MS;
      const token = await new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(user)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(new Date(issuedAt))
        .setExpirationTime(new Date(expiresAt))
        .sign(key);
      return { token, expiresAt };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['sub', 'iat', 'exp'],
          maxTokenAge: TOKEN_LIFETIME_MS / 1000,
          currentDate: new Date(now()),
        });
        const typed = claims.safeParse(payload);
        return typed.success ? typed.data.sub : null;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
