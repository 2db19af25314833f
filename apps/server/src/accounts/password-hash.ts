/**
 * Hashes of passwords: argon2id with the parameters of OWASP's Password Storage Cheat Sheet, as PHC strings, which
 * name their parameters, so that these may grow. Hashing takes tens of milliseconds in libuv's thread pool.
 */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** One password has one form, whichever keyboard it was typed on (NIST SP 800-63B, 3.1.1.2). */
const normalized = (password: string): string => password.normalize('NFKC');

export async function hashPassword(password: string): Promise<string> {
  return await hash(normalized(password), PARAMETERS);
}

let nobodys: Promise<string> | null = null;

/** @param hashed null for an unknown person: the answer takes as long (AC5). */
export async function isPassword(hashed: string | null, password: string): Promise<boolean> {
  nobodys ??= hashPassword(randomBytes(32).toString('base64url'));
  const unknown = await nobodys;
  const isRight = await verify(hashed ?? unknown, normalized(password));
  return hashed !== null && isRight;
}
