/** Who is who. Connections of one person share one object, so that a new name is new everywhere at once. */
import { ulid } from 'ulid';
import type { User } from '@tandem/protocol';
import {
  createSession,
  deleteSession,
  extendSession,
  findSessionUser,
  sessionId,
} from '../database/sessions.ts';
import type { Database } from '../database/tables.ts';
import { createUser, findUser, toUser } from '../database/users.ts';
import { SESSION_LIFETIME_MS } from '../limits.ts';
import { guestColor, guestName } from './guest-name.ts';
import { createCookieValue } from './session-cookie.ts';
import type { TokenClaim } from './session-token.ts';

/** Stock clients that bring no token. */
export const ANONYMOUS: User = { id: 'anonymous', name: 'Anonymous', color: 0 };
/** Whoever brings the token of those who read metrics. */
export const METRICS_READER: User = { id: 'metrics', name: 'Metrics', color: 0 };

/** A person in one browser. */
export interface SignedIn {
  readonly user: User;
  /** The session's id. */
  readonly session: string;
}

export class People {
  readonly #db: Database;
  readonly #renameListeners: ((user: User) => void)[] = [];
  readonly #endListeners: ((session: string) => void)[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  /** A new guest with a session of its own. */
  async createGuest(): Promise<SignedIn & { readonly cookie: string }> {
    const at = Date.now();
    const user = await createUser(this.#db, {
      id: ulid(),
      name: guestName(),
      color: guestColor(),
      at,
    });
    const cookie = createCookieValue();
    await createSession(this.#db, {
      cookie,
      user: user.id,
      at,
      expiresAt: at + SESSION_LIFETIME_MS,
    });
    return { user: toUser(user), session: sessionId(cookie), cookie };
  }

  async find(id: string): Promise<User | null> {
    const row = await findUser(this.#db, id);
    return row === undefined ? null : toUser(row);
  }

  /** Null when the session is unknown or over. */
  async findByCookie(cookie: string): Promise<SignedIn | null> {
    const session = sessionId(cookie);
    const row = await findSessionUser(this.#db, { id: session, at: Date.now() });
    return row === undefined ? null : { user: toUser(row), session };
  }

  /** Who said a token that holds; null when its session has ended since. */
  async findByClaim({ user, session }: TokenClaim): Promise<User | null> {
    if (session === null) return await this.find(user);
    const row = await findSessionUser(this.#db, { id: session, at: Date.now() });
    return row?.id === user ? toUser(row) : null;
  }

  async extendSession(session: string): Promise<void> {
    const at = Date.now();
    await extendSession(this.#db, { id: session, at, expiresAt: at + SESSION_LIFETIME_MS });
  }

  /** Signs out: nothing of this session holds any more. */
  async endSession(session: string): Promise<void> {
    await deleteSession(this.#db, session);
    for (const listener of this.#endListeners) listener(session);
  }

  /** Hears of each session that was ended, by its id. */
  onSessionEnded(listener: (session: string) => void): void {
    this.#endListeners.push(listener);
  }

  /** A person has another name or colour: whoever shows it hears of it. */
  async renamed(id: string): Promise<void> {
    const user = await this.find(id);
    if (user !== null) for (const listener of this.#renameListeners) listener(user);
  }

  /** Hears of each new name and colour. */
  onRename(listener: (user: User) => void): void {
    this.#renameListeners.push(listener);
  }
}
