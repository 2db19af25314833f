/**
 * Hashes of passwords: argon2id with the parameters of OWASP's Password Storage Cheat Sheet, as PHC strings, which
 * name their parameters, so that these may grow. Hashing takes tens of milliseconds in libuv's thread pool.
 */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { ACCOUNTS } from '../storage/limits.ts';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** One password has one form, whichever keyboard it was typed on (NIST SP 800-63B, 3.1.1.2). */
const normalized = (password: string): string => password.normalize('NFKC');

/** Tokens are verified in the same threads, so that they do not wait behind everybody's passwords (AC6). */
const inTurn = pLimit(ACCOUNTS.hashesAtOnce);

/** Too many passwords wait to be hashed. */
export class PasswordsBusy extends Error {}

/** Unknown browsers have only some of the places in which passwords wait, as they are as many as somebody likes (AC6). */
export type BrowserKind = 'known' | 'unknown';

/** @throws PasswordsBusy */
export async function hashPassword(password: string, browser: BrowserKind): Promise<string> {
  return await queued(browser, () => hash(normalized(password), PARAMETERS));
}

let nobodys: Promise<string> | null = null;

/**
 * @param hashed null for an unknown person: the answer takes as long (AC5).
 * @throws PasswordsBusy
 */
export async function isPassword(
  hashed: string | null,
  password: string,
  browser: BrowserKind,
): Promise<boolean> {
  nobodys ??= hash(randomBytes(32).toString('base64url'), PARAMETERS);
  const unknown = await nobodys;
  const isRight = await queued(browser, () => verify(hashed ?? unknown, normalized(password)));
  return hashed !== null && isRight;
}

async function queued<T>(browser: BrowserKind, work: () => Promise<T>): Promise<T> {
  const { maxQueuedHashes, maxQueuedHashesOfUnknown } = ACCOUNTS;
  const places = browser === 'known' ? maxQueuedHashes : maxQueuedHashesOfUnknown;
  if (inTurn.pendingCount >= places) throw new PasswordsBusy();
  return await inTurn(work);
}
