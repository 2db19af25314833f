/** Who is who. Connections of one person share one object, so that a new name is new everywhere at once. */
import { ulid } from 'ulid';
import type { ProfilePatch, User } from '@tandem/protocol';
import { createSession, extendSession, findSessionUser } from '../database/sessions.ts';
import type { Database, UserRow } from '../database/tables.ts';
import { createUser, findUser, updateProfile } from '../database/users.ts';
import { SESSION_LIFETIME_MS } from '../limits.ts';
import { guestColor, guestName } from './guest-name.ts';
import { createCookieValue } from './session-cookie.ts';

/** Stock clients that bring no token. */
export const ANONYMOUS: User = { id: 'anonymous', name: 'Anonymous', color: 0 };

export class People {
  readonly #db: Database;
  readonly #listeners: ((user: User) => void)[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  /** A new guest with a session of its own. */
  async createGuest(): Promise<{ readonly user: User; readonly cookie: string }> {
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
    return { user: toUser(user), cookie };
  }

  async find(id: string): Promise<User | null> {
    const row = await findUser(this.#db, id);
    return row === undefined ? null : toUser(row);
  }

  /** Null when the session is unknown or over. */
  async findBySession(cookie: string): Promise<User | null> {
    const row = await findSessionUser(this.#db, { cookie, at: Date.now() });
    return row === undefined ? null : toUser(row);
  }

  async extendSession(cookie: string): Promise<void> {
    const at = Date.now();
    await extendSession(this.#db, { cookie, at, expiresAt: at + SESSION_LIFETIME_MS });
  }

  async rename(id: string, patch: ProfilePatch): Promise<User | null> {
    const row = await updateProfile(this.#db, id, patch);
    if (row === undefined) return null;
    const user = toUser(row);
    for (const listener of this.#listeners) listener(user);
    return user;
  }

  /** Hears of each new name and colour. */
  onRename(listener: (user: User) => void): void {
    this.#listeners.push(listener);
  }
}

function toUser({ id, name, color }: UserRow): User {
  return { id, name, color };
}
