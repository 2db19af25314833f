/** User accounts. A guest is a user without more than a name. */
import type { User } from '@tandem/protocol';
import { foldedName } from './folded-name.ts';
import { compiledQuery } from './compiled-query.ts';
import type { Database } from './tables.ts';
import type { UserRow } from './tables/accounts.ts';

export async function createUser(
  db: Database,
  user: { readonly id: string; readonly name: string; readonly color: number; readonly at: number },
): Promise<UserRow> {
  return await db
    .insertInto('user')
    .values({
      ...{ id: user.id, name: user.name, color: user.color, created_at: user.at },
      folded_name: foldedName(user.name),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function registerUser(
  db: Database,
  { id, at }: { readonly id: string; readonly at: number },
): Promise<void> {
  await db.updateTable('user').set({ registered_at: at }).where('id', '=', id).execute();
}

/** Whether anybody has an account. */
export async function hasAccounts(db: Database): Promise<boolean> {
  const row = await db
    .selectFrom('user')
    .select('id')
    .where('registered_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

const userRow = compiledQuery((db, id: string) =>
  db.selectFrom('user').selectAll().where('id', '=', id),
);

export async function findUser(db: Database, id: string): Promise<UserRow | undefined> {
  const [row] = await userRow(db, id);
  return row;
}

export async function updateProfile(
  db: Database,
  id: string,
  patch: { readonly name?: string | undefined; readonly color?: number | undefined },
): Promise<UserRow | undefined> {
  const values = {
    ...(patch.name === undefined ? {} : { name: patch.name, folded_name: foldedName(patch.name) }),
    ...(patch.color === undefined ? {} : { color: patch.color }),
  };
  if (Object.keys(values).length === 0) return await findUser(db, id);
  return await db
    .updateTable('user')
    .set(values)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

export async function findUserIds(db: Database, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db.selectFrom('user').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}

export async function findUsers(db: Database, ids: readonly string[]): Promise<User[]> {
  const users: User[] = [];
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    const some = ids.slice(from, from + IDS_AT_ONCE);
    const rows = await db.selectFrom('user').selectAll().where('id', 'in', some).execute();
    users.push(...rows.map(toUser));
  }
  return users;
}

const IDS_AT_ONCE = 500;

export function toUser({ id, name, color }: UserRow): User {
  return { id, name, color };
}
