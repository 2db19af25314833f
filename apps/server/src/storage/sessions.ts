/** Sessions of signed-in browsers. The database stores only a digest of the cookie. */
import { createHash } from 'node:crypto';
import { compiledQuery } from './compiled-query.ts';
import type { Database, UserRow } from './tables.ts';

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

export interface SignedUser {
  readonly user: UserRow;
  readonly sessions: readonly { readonly id: string; readonly expiresAt: number }[];
}

const signedUserRows = compiledQuery((db, user: string) =>
  db
    .selectFrom('user')
    .leftJoin('session', 'session.user', 'user.id')
    .selectAll('user')
    .select(['session.id as session', 'session.expires_at as expiresAt'])
    .where('user.id', '=', user),
);

export async function findSignedUser(db: Database, id: string): Promise<SignedUser | null> {
  const rows = await signedUserRows(db, id);
  const [first] = rows;
  if (first === undefined) return null;
  const { session: _, expiresAt: __, ...user } = first;
  const sessions = rows.flatMap(({ session, expiresAt }) =>
    session === null || expiresAt === null ? [] : [{ id: session, expiresAt }],
  );
  return { user, sessions };
}

export async function deleteSession(db: Database, id: string): Promise<string | undefined> {
  const row = await db
    .deleteFrom('session')
    .where('id', '=', id)
    .returning('user')
    .executeTakeFirst();
  return row?.user;
}

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

export async function deleteExpiredSessions(db: Database, at: number): Promise<void> {
  await db.deleteFrom('session').where('expires_at', '<=', at).execute();
}
