/** The contract of stored API tokens. Each database runs it. */
import { MAX_API_TOKENS } from '@tandem/protocol';
import { expect, test } from 'vitest';
import {
  addApiToken,
  apiTokenId,
  deleteApiTokensOf,
  deleteExpiredApiTokens,
  findApiTokenUser,
  listApiTokens,
  markApiTokenUsed,
  scopesOf,
} from './api-tokens.ts';
import type { Database } from './tables.ts';
import { createUser, registerUser } from './users.ts';

const AT = 1_800_000_000_000;

export function testApiTokens(open: () => Promise<Database>): void {
  async function scene(): Promise<Database> {
    const db = await open();
    for (const id of ['ada', 'ben', 'guest'])
      await createUser(db, { id, name: `Name of ${id}`, color: 1, at: AT });
    for (const id of ['ada', 'ben']) await registerUser(db, { id, at: AT });
    return db;
  }

  const add = (db: Database, id: string, user = 'ada', expiresAt: number | null = null) =>
    addApiToken(db, {
      ...{ id, user, name: `Name of ${id}`, beginning: 'tandem_12345678' },
      ...{ scopes: ['documents:read', 'search:read', 'documents:read'], at: AT, expiresAt },
    });
  const ids = async (db: Database, user: string, at = AT) =>
    (await listApiTokens(db, { user, at })).map(({ id }) => id);

  test('AT2 a digest is stored, and finds its person and scopes', async () => {
    const db = await scene();
    const id = apiTokenId('tandem_secret');
    await add(db, id);
    const found = await findApiTokenUser(db, { id, at: AT });
    expect(found).toMatchObject({
      ...{ user: { id: 'ada', name: 'Name of ada' }, usedAt: null },
      scopes: ['documents:read', 'search:read'],
    });
    expect(await findApiTokenUser(db, { id: 'tandem_secret', at: AT })).toBeNull();
    expect(JSON.stringify(await db.selectFrom('api_token').selectAll().execute())).not.toContain(
      'tandem_secret',
    );
  });

  test('AT5 an expired token, and one of somebody without an account, is nobody’s', async () => {
    const db = await scene();
    await add(db, 'lasting', 'ada', AT + 1);
    await add(db, 'of guest', 'guest');
    expect(await findApiTokenUser(db, { id: 'lasting', at: AT })).not.toBeNull();
    expect(await findApiTokenUser(db, { id: 'lasting', at: AT + 1 })).toBeNull();
    expect(await findApiTokenUser(db, { id: 'of guest', at: AT })).toBeNull();
    expect(await ids(db, 'ada')).toEqual(['lasting']);
    expect(await ids(db, 'ada', AT + 1)).toEqual([]);
    await add(db, 'without end');
    await deleteExpiredApiTokens(db, AT + 1);
    expect(await ids(db, 'ada', 0)).toEqual(['without end']);
  });

  test('a person ends one token or all, and never another person’s', async () => {
    const db = await scene();
    for (const id of ['1', '2', '3']) await add(db, id);
    await add(db, 'of ben', 'ben');
    await deleteApiTokensOf(db, 'ada', 'of ben');
    await deleteApiTokensOf(db, 'ada', '2');
    expect(await ids(db, 'ada')).toEqual(['1', '3']);
    await deleteApiTokensOf(db, 'ada');
    expect([await ids(db, 'ada'), await ids(db, 'ben')]).toEqual([[], ['of ben']]);
  });

  test('AT9 its use is written, but not again and again', async () => {
    const db = await scene();
    await add(db, 'token');
    const usedAt = async () => (await findApiTokenUser(db, { id: 'token', at: AT }))?.usedAt;
    await markApiTokenUsed(db, { id: 'token', at: AT, since: AT - 10 });
    await markApiTokenUsed(db, { id: 'token', at: AT + 5, since: AT - 5 });
    expect(await usedAt()).toBe(AT);
    await markApiTokenUsed(db, { id: 'token', at: AT + 10, since: AT });
    expect(await usedAt()).toBe(AT + 10);
  });

  test('a list is bounded, and scopes of another version are left out', async () => {
    const db = await scene();
    for (let i = 0; i <= MAX_API_TOKENS; i++) await add(db, `token ${i}`);
    expect(await ids(db, 'ada')).toHaveLength(MAX_API_TOKENS);
    expect(scopesOf({ scopes: 'documents:read planets:move' })).toEqual(['documents:read']);
  });
}
