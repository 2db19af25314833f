/** API tokens. The database stores only their digests. */
import { createHash } from 'node:crypto';
import { MAX_API_TOKENS } from '@tandem/protocol';
import { apiScope, type ApiScope } from '@tandem/protocol/api-tokens';
import { compiledQuery } from './compiled-query.ts';
import type { ApiTokenRow, UserRow } from './tables/accounts.ts';
import type { Database } from './tables.ts';

export function apiTokenId(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export async function addApiToken(
  db: Database,
  token: {
    readonly id: string;
    readonly user: string;
    readonly name: string;
    readonly beginning: string;
    readonly scopes: readonly ApiScope[];
    readonly at: number;
    readonly expiresAt: number | null;
  },
): Promise<void> {
  await db
    .insertInto('api_token')
    .values({
      id: token.id,
      user: token.user,
      name: token.name,
      beginning: token.beginning,
      scopes: [...new Set(token.scopes)].join(' '),
      created_at: token.at,
      expires_at: token.expiresAt,
      used_at: null,
    })
    .execute();
}

/** @returns those that this version knows. */
export function scopesOf({ scopes }: Pick<ApiTokenRow, 'scopes'>): readonly ApiScope[] {
  return scopes.split(' ').flatMap((scope) => apiScope.safeParse(scope).data ?? []);
}

const tokenWithUser = compiledQuery((db, id: string, at: number) =>
  db
    .selectFrom('api_token')
    .innerJoin('user', 'user.id', 'api_token.user')
    .selectAll('user')
    .select(['api_token.scopes', 'api_token.used_at as usedAt'])
    .where('api_token.id', '=', id)
    .where('user.registered_at', 'is not', null)
    .where('user.blocked_at', 'is', null)
    .where((eb) =>
      eb.or([eb('api_token.expires_at', 'is', null), eb('api_token.expires_at', '>', at)]),
    ),
);

export interface ApiTokenUser {
  readonly user: UserRow;
  readonly scopes: readonly ApiScope[];
  readonly usedAt: number | null;
}

/** @returns null for a token that has ended. */
export async function findApiTokenUser(
  db: Database,
  { id, at }: { readonly id: string; readonly at: number },
): Promise<ApiTokenUser | null> {
  const [row] = await tokenWithUser(db, id, at);
  if (row === undefined) return null;
  const { scopes, usedAt, ...user } = row;
  return { user, scopes: scopesOf({ scopes }), usedAt };
}

/** The newest first. */
export async function listApiTokens(
  db: Database,
  { user, at }: { readonly user: string; readonly at: number },
): Promise<readonly ApiTokenRow[]> {
  return await db
    .selectFrom('api_token')
    .selectAll()
    .where('user', '=', user)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(MAX_API_TOKENS)
    .execute();
}

/** @param token without one, all of the person. @returns whether there was any. */
export async function deleteApiTokensOf(
  db: Database,
  user: string,
  token: string | null = null,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('api_token')
    .where('user', '=', user)
    .$if(token !== null, (query) => query.where('id', '=', token))
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Writes the moment, unless one since `since` is there already. */
export async function markApiTokenUsed(
  db: Database,
  { id, at, since }: { readonly id: string; readonly at: number; readonly since: number },
): Promise<void> {
  await db
    .updateTable('api_token')
    .set({ used_at: at })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('used_at', 'is', null), eb('used_at', '<=', since)]))
    .execute();
}

export async function deleteExpiredApiTokens(db: Database, at: number): Promise<void> {
  await db.deleteFrom('api_token').where('expires_at', '<=', at).execute();
}
