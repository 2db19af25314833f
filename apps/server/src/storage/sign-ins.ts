/** What a request shows that its person is signed in: a session, or an API token of theirs (AC21, AT5). */
import { findApiTokenUser } from './api-tokens.ts';
import { findSession } from './sessions.ts';
import type { Database } from './tables.ts';

export interface SignIn {
  /** The id of the session or of the token. */
  readonly session: string;
  readonly user: string;
  readonly at: number;
}

export async function isSignedIn(db: Database, { session, user, at }: SignIn): Promise<boolean> {
  const row = await findSession(db, session);
  if (row !== undefined) return row.user === user && row.expires_at > at;
  return (await findApiTokenUser(db, { id: session, at }))?.user.id === user;
}
