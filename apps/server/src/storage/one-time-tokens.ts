/**
 * Tokens that work once, such as those of invitations. The database stores only their digests: of those of links while
 * they work, of challenges once they are used.
 */
import { createHash } from 'node:crypto';
import type { Database } from './tables.ts';
import type { OneTimeRow } from './tables/accounts.ts';

type Purpose = OneTimeRow['purpose'];

export function oneTimeHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export async function addOneTime(
  db: Database,
  token: {
    readonly hash: string;
    readonly purpose: Purpose;
    readonly subject: string;
    readonly at: number;
    readonly expiresAt: number;
  },
): Promise<void> {
  await db
    .insertInto('one_time')
    .values({
      token_hash: token.hash,
      purpose: token.purpose,
      subject: token.subject,
      created_at: token.at,
      expires_at: token.expiresAt,
    })
    .execute();
}

/** Uses a token up. Of two that try at once, one gets it. */
export async function takeOneTime(
  db: Database,
  { hash, purpose, at }: { readonly hash: string; readonly purpose: Purpose; readonly at: number },
): Promise<OneTimeRow | null> {
  const row = await db
    .deleteFrom('one_time')
    .where('token_hash', '=', hash)
    .where('purpose', '=', purpose)
    .returningAll()
    .executeTakeFirst();
  return row === undefined || row.expires_at <= at ? null : row;
}

/** A token that is not stored before it is used: its holder has it sealed by this server. */
export interface SealedToken {
  readonly hash: string;
  readonly expiresAt: number;
}

/** Uses up a token that was not stored before. @returns false for one that has expired, or was used already. */
export async function useUpSealed(
  db: Database,
  {
    hash,
    expiresAt,
    purpose,
    at,
  }: SealedToken & { readonly purpose: Purpose; readonly at: number },
): Promise<boolean> {
  if (expiresAt <= at) return false;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('one_time')
    .values({ token_hash: hash, purpose, subject: '', created_at: at, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('token_hash').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** @returns null also for one that has expired. */
export async function findOneTime(
  db: Database,
  { hash, purpose, at }: { readonly hash: string; readonly purpose: Purpose; readonly at: number },
): Promise<OneTimeRow | null> {
  const row = await db
    .selectFrom('one_time')
    .selectAll()
    .where('token_hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', at)
    .executeTakeFirst();
  return row ?? null;
}

interface OneTimeSubject {
  readonly purpose: Purpose;
  readonly subject: string;
}

/** @returns those that still work, the newest first. */
export async function findOneTimesOf(
  db: Database,
  { purpose, subject, at }: OneTimeSubject & { readonly at: number },
): Promise<OneTimeRow[]> {
  return await db
    .selectFrom('one_time')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('subject', '=', subject)
    .where('expires_at', '>', at)
    .orderBy('created_at', 'desc')
    .execute();
}

export async function deleteOneTime(db: Database, hash: string): Promise<void> {
  await db.deleteFrom('one_time').where('token_hash', '=', hash).execute();
}

export async function deleteOneTimeOf(
  db: Database,
  { purpose, subject }: OneTimeSubject,
): Promise<void> {
  await db
    .deleteFrom('one_time')
    .where('purpose', '=', purpose)
    .where('subject', '=', subject)
    .execute();
}

export async function listOneTime(
  db: Database,
  {
    purpose,
    at,
    limit,
  }: { readonly purpose: Purpose; readonly at: number; readonly limit: number },
): Promise<readonly OneTimeRow[]> {
  return await db
    .selectFrom('one_time')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('expires_at', '>', at)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute();
}

export async function deleteExpiredOneTime(db: Database, at: number): Promise<void> {
  await db.deleteFrom('one_time').where('expires_at', '<=', at).execute();
}
