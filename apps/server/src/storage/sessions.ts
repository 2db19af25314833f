/** Sessions of signed-in browsers. The database stores only a digest of the cookie. */
import { createHash } from 'node:crypto';
import { ACCOUNTS } from './limits.ts';
import { compiledQuery } from './compiled-query.ts';
import type { Database } from './tables.ts';
import type { SessionRow, UserRow } from './tables/accounts.ts';

export function sessionId(cookie: string): string {
  return createHash('sha256').update(cookie).digest('hex');
}

export interface NewSession {
  readonly id: string;
  readonly user: string;
  readonly at: number;
  readonly expiresAt: number;
  readonly agent?: string;
  readonly confirmedAt?: number;
}

export async function createSession(db: Database, session: NewSession): Promise<void> {
  await db
    .insertInto('session')
    .values({
      id: session.id,
      user: session.user,
      created_at: session.at,
      expires_at: session.expiresAt,
      used_at: session.at,
      confirmed_at: session.confirmedAt ?? session.at,
      agent: session.agent ?? '',
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

/** @returns those that were there. */
export async function deleteSessionsOf(
  db: Database,
  user: string,
  which: { readonly only: string } | { readonly except: string | null },
): Promise<readonly string[]> {
  const rows = await db
    .deleteFrom('session')
    .where('user', '=', user)
    .where('id', 'only' in which ? '=' : '!=', 'only' in which ? which.only : (which.except ?? ''))
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** The last used first. */
export async function listSessions(
  db: Database,
  { user, at }: { readonly user: string; readonly at: number },
): Promise<readonly SessionRow[]> {
  return await db
    .selectFrom('session')
    .selectAll()
    .where('user', '=', user)
    .where('expires_at', '>', at)
    .orderBy('used_at', 'desc')
    .limit(ACCOUNTS.maxListedSessions)
    .execute();
}

export async function findSession(db: Database, id: string): Promise<SessionRow | undefined> {
  return await db.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Whether its person may change how they sign in (AC23). */
export function isConfirmed({ confirmed_at }: SessionRow, at: number): boolean {
  return confirmed_at > at - ACCOUNTS.confirmedForMs;
}

export async function confirmSession(
  db: Database,
  { id, at }: { readonly id: string; readonly at: number },
): Promise<void> {
  await db.updateTable('session').set({ confirmed_at: at }).where('id', '=', id).execute();
}

export async function extendSession(
  db: Database,
  session: { readonly id: string; readonly at: number; readonly expiresAt: number },
): Promise<void> {
  await db
    .updateTable('session')
    .set({ expires_at: session.expiresAt, used_at: session.at })
    .where('id', '=', session.id)
    .where('expires_at', '>', session.at)
    .execute();
}

export async function deleteExpiredSessions(db: Database, at: number): Promise<void> {
  await db.deleteFrom('session').where('expires_at', '<=', at).execute();
}

/** @returns those that have not ended. */
export async function findSessionIds(
  db: Database,
  { ids, at }: { readonly ids: readonly string[]; readonly at: number },
): Promise<ReadonlySet<string>> {
  const living = new Set<string>();
  for (let from = 0; from < ids.length; from += ACCOUNTS.sessionsPerQuery) {
    const some = ids.slice(from, from + ACCOUNTS.sessionsPerQuery);
    const rows = await db
      .selectFrom('session')
      .select('id')
      .where('id', 'in', some)
      .where('expires_at', '>', at)
      .execute();
    for (const { id } of rows) living.add(id);
  }
  return living;
}
