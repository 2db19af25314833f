/**
 * User lookup. All connections of a user share one object, so that a rename reaches them at once.
 */
import { ulid } from 'ulid';
import type { User } from '@tandem/protocol';
import {
  createSession,
  extendSession,
  findSessionIds,
  findSessionUser,
  findSignedUser,
  sessionId,
} from '../storage/sessions.ts';
import { AsyncCache } from '../runtime/async-cache.ts';
import type { Database } from '../storage/tables.ts';
import { createUser, findUser, toUser } from '../storage/users.ts';
import { ACCOUNTS, PEOPLE_CACHE } from '../storage/limits.ts';
import { guestColor, guestName } from './guest-name.ts';
import { createCookieValue } from './session-cookie.ts';
import type { TokenClaim } from './session-token.ts';

/** Stock clients without a token. */
export const ANONYMOUS: User = { id: 'anonymous', name: 'Anonymous', color: 0 };
/** Clients with the metrics token. */
export const METRICS_READER: User = { id: 'metrics', name: 'Metrics', color: 0 };

export interface SignedIn {
  readonly user: User;
  readonly isGuest: boolean;
  readonly session: string;
}

interface EndedSession {
  readonly user: string;
  readonly session: string;
}

interface Known {
  readonly user: User;
  readonly isGuest: boolean;
  readonly sessions: readonly { readonly id: string; readonly expiresAt: number }[];
}

export class People {
  readonly #db: Database;
  readonly #known: AsyncCache<Known>;
  readonly #renameListeners: ((user: User) => void)[] = [];
  readonly #endListeners: ((session: string) => void)[] = [];

  constructor(db: Database) {
    this.#db = db;
    this.#known = new AsyncCache({
      load: async (id) => {
        const found = await findSignedUser(db, id);
        if (found === null) return null;
        const { user, sessions } = found;
        return { user: toUser(user), isGuest: user.registered_at === null, sessions };
      },
      maxEntries: PEOPLE_CACHE.maxEntries,
      idleMs: PEOPLE_CACHE.idleMs,
    });
  }

  async createGuest(agent: string): Promise<SignedIn & { readonly cookie: string }> {
    const at = Date.now();
    const user = await createUser(this.#db, {
      id: ulid(),
      name: guestName(),
      color: guestColor(),
      at,
    });
    const cookie = createCookieValue();
    await createSession(this.#db, {
      id: sessionId(cookie),
      user: user.id,
      at,
      expiresAt: at + ACCOUNTS.sessionLifetimeMs,
      agent,
    });
    return { user: toUser(user), isGuest: true, session: sessionId(cookie), cookie };
  }

  async find(id: string): Promise<User | null> {
    const row = await findUser(this.#db, id);
    return row === undefined ? null : toUser(row);
  }

  async findByCookie(cookie: string): Promise<SignedIn | null> {
    const session = sessionId(cookie);
    const row = await findSessionUser(this.#db, { id: session, at: Date.now() });
    if (row === undefined) return null;
    return { user: toUser(row), isGuest: row.registered_at === null, session };
  }

  /** Resolves a verified token; null when its session has ended since. */
  async findByClaim(
    claim: TokenClaim,
  ): Promise<{ readonly user: User; readonly isGuest: boolean } | null> {
    const known = await this.#known.fetch(claim.user);
    if (known === null || isSignedIn(known, claim)) return known;
    // The session began, or was extended, after the user was cached.
    this.#known.invalidate(claim.user);
    const now = await this.#known.fetch(claim.user);
    return now !== null && isSignedIn(now, claim) ? now : null;
  }

  async extendSession(session: string): Promise<void> {
    const at = Date.now();
    await extendSession(this.#db, { id: session, at, expiresAt: at + ACCOUNTS.sessionLifetimeMs });
  }

  async isGuest(user: string): Promise<boolean> {
    return (await this.#known.fetch(user))?.isGuest ?? true;
  }

  /** Finds those of these sessions that have ended without a word to this node. */
  async recheckSessions(sessions: ReadonlySet<string>): Promise<void> {
    // Otherwise a token of such a session is good for as long as its person is known.
    this.#known.clear();
    const living = await findSessionIds(this.#db, { ids: [...sessions], at: Date.now() });
    for (const session of sessions)
      if (!living.has(session)) for (const listener of this.#endListeners) listener(session);
  }

  sessionEnded({ user, session }: EndedSession): void {
    this.#known.invalidate(user);
    for (const listener of this.#endListeners) listener(session);
  }

  onSessionEnded(listener: (session: string) => void): void {
    this.#endListeners.push(listener);
  }

  async renamed(id: string): Promise<void> {
    this.#known.invalidate(id);
    const user = await this.find(id);
    if (user !== null) for (const listener of this.#renameListeners) listener(user);
  }

  onRename(listener: (user: User) => void): void {
    this.#renameListeners.push(listener);
  }
}

function isSignedIn({ sessions }: Known, { session }: TokenClaim): boolean {
  if (session === null) return true;
  const now = Date.now();
  return sessions.some(({ id, expiresAt }) => id === session && expiresAt > now);
}
