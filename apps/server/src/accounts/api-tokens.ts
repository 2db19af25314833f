/** Makes API tokens, and finds whose they are: AT2 to AT9 in `README.md`. */
import { randomBytes } from 'node:crypto';
import { API_TOKEN_PREFIX, type ApiScope } from '@tandem/protocol/api-tokens';
import { ACCOUNTS } from '../storage/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { apiTokenId, findApiTokenUser, markApiTokenUsed } from '../storage/api-tokens.ts';
import type { Database } from '../storage/tables.ts';
import { toUser } from '../storage/users.ts';
import type { SignedIn } from './people.ts';

/** Its `session` is the id of the token, which ends like one. */
export interface ApiTokenHolder extends SignedIn {
  readonly scopes: readonly ApiScope[];
}

export interface ApiTokensOptions {
  readonly db: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

const SCHEME = /^bearer +/i;
const TOKEN = new RegExp(`^${API_TOKEN_PREFIX}[0-9a-f]{${2 * ACCOUNTS.apiTokenBytes}}$`);

export class ApiTokens {
  readonly #options: ApiTokensOptions;
  /** Those whose use is being written. */
  readonly #marking = new Set<string>();

  constructor(options: ApiTokensOptions) {
    this.#options = options;
  }

  /** @returns null for a token that is none, or has ended. */
  async find(token: string): Promise<ApiTokenHolder | null> {
    if (!TOKEN.test(token)) return null;
    const { db, clock } = this.#options;
    const [id, at] = [apiTokenId(token), clock.now()];
    const found = await findApiTokenUser(db, { id, at });
    if (found === null) return null;
    const since = at - ACCOUNTS.apiTokenUseIntervalMs;
    if (found.usedAt === null || found.usedAt <= since) this.#mark({ id, at, since });
    return { user: toUser(found.user), isGuest: false, session: id, scopes: found.scopes };
  }

  /** A full disk does not stop a request that only reads. */
  #mark(use: Parameters<typeof markApiTokenUsed>[1]): void {
    if (this.#marking.has(use.id)) return;
    this.#marking.add(use.id);
    markApiTokenUsed(this.#options.db, use)
      .catch((error: unknown) =>
        this.#options.log.warn({ err: error }, 'the use of an API token could not be written'),
      )
      .finally(() => this.#marking.delete(use.id));
  }
}

export function createApiToken(): { readonly token: string; readonly beginning: string } {
  const token = API_TOKEN_PREFIX + randomBytes(ACCOUNTS.apiTokenBytes).toString('hex');
  return { token, beginning: token.slice(0, API_TOKEN_PREFIX.length + SHOWN_DIGITS) };
}

const SHOWN_DIGITS = 8;

/** @returns null for other credentials, such as those that a proxy adds for itself (AT3). */
export function readApiToken(authorization: string | undefined): string | null {
  const credentials = authorization?.replace(SCHEME, '').trim();
  if (credentials === undefined || !SCHEME.test(authorization ?? '')) return null;
  return credentials.startsWith(API_TOKEN_PREFIX) ? credentials : null;
}
