/** Browsers that are signed in. The database knows only a digest of the cookie. */
import { createHash } from 'node:crypto';
import type { Database, UserRow } from './tables.ts';

/** How the database, and a token, name the session of a cookie. */
export function sessionId(cookie: string): string {
  return createHash('sha256').update(cookie).digest('hex');
}

export async function createSession(
  db: Database,
  session: {
    readonly cookie: string;
    readonly user: string;
    readonly at: number;
    readonly expiresAt: number;
  },
): Promise<void> {
  await db
    .insertInto('session')
    .values({
      id: sessionId(session.cookie),
      user: session.user,
      created_at: session.at,
      expires_at: session.expiresAt,
    })
    .execute();
}

/** Whose session it is; undefined for one that is not there, or over. */
export async function findSessionUser(
  db: Database,
  session: { readonly id: string; readonly at: number },
): Promise<UserRow | undefined> {
  return await db
    .selectFrom('session')
    .innerJoin('user', 'user.id', 'session.user')
    .selectAll('user')
    .where('session.id', '=', session.id)
    .where('session.expires_at', '>', session.at)
    .executeTakeFirst();
}

export async function deleteSession(db: Database, id: string): Promise<void> {
  await db.deleteFrom('session').where('id', '=', id).execute();
}

/** Puts the end of a session further away; one that is unknown or over stays so. */
export async function extendSession(
  db: Database,
  session: { readonly id: string; readonly at: number; readonly expiresAt: number },
): Promise<void> {
  await db
    .updateTable('session')
    .set({ expires_at: session.expiresAt })
    .where('id', '=', session.id)
    .where('expires_at', '>', session.at)
    .execute();
}

/** Forgets what has expired before `at`. */
export async function deleteExpiredSessions(db: Database, at: number): Promise<void> {
  await db.deleteFrom('session').where('expires_at', '<=', at).execute();
}
