/** Passkeys. A credential is one person's only; who has its key is known from its signature alone. */
import { MAX_PASSKEYS } from '@tandem/protocol';
import { PASSKEY_TRANSPORTS, type PasskeyTransport } from '@tandem/protocol/passkeys';
import { EMAIL_ISSUER, findIdentity, removeIdentity, type IdentityKey } from './identities.ts';
import type { Database } from './tables.ts';
import type { PasskeyRow } from './tables/accounts.ts';

/** The issuer in the name of a passkey among the ways to sign in; it has no identity. */
export const PASSKEY_ISSUER = 'passkey';

export interface NewPasskey {
  readonly id: string;
  readonly host: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly PasskeyTransport[];
}

/** @returns false when the credential is stored already, whosever it is. */
export async function addPasskey(
  db: Database,
  {
    transports,
    ...passkey
  }: NewPasskey & { readonly user: string; readonly name: string; readonly at: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('passkey')
    .values({
      id: passkey.id,
      user: passkey.user,
      host: passkey.host,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: [...new Set(transports)].join(' '),
      name: passkey.name,
      created_at: passkey.at,
      used_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** @returns those that this version knows. */
export function transportsOf({ transports }: Pick<PasskeyRow, 'transports'>): PasskeyTransport[] {
  const stored = transports.split(' ');
  return PASSKEY_TRANSPORTS.filter((transport) => stored.includes(transport));
}

export async function findPasskey(db: Database, id: string): Promise<PasskeyRow | undefined> {
  return await db.selectFrom('passkey').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A passkey without its key, which only verifying needs. */
export type ListedPasskey = Omit<PasskeyRow, 'public_key'>;

/** The newest first. */
export async function listPasskeys(db: Database, user: string): Promise<readonly ListedPasskey[]> {
  return await db
    .selectFrom('passkey')
    .select(['id', 'user', 'host', 'counter', 'transports', 'name', 'created_at', 'used_at'])
    .where('user', '=', user)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(MAX_PASSKEYS)
    .execute();
}

interface OwnPasskey {
  readonly user: string;
  readonly id: string;
}

/** @returns false when the person has no such passkey. */
export async function renamePasskey(
  db: Database,
  { user, id, name }: OwnPasskey & { readonly name: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('passkey')
    .set({ name })
    .where('id', '=', id)
    .where('user', '=', user)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @returns false when the person has no such passkey. */
export async function deletePasskey(db: Database, { user, id }: OwnPasskey): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('passkey')
    .where('id', '=', id)
    .where('user', '=', user)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** @returns how many there were. */
export async function deletePasskeysOf(db: Database, user: string): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('passkey')
    .where('user', '=', user)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

export async function markPasskeyUsed(
  db: Database,
  { id, counter, at }: { readonly id: string; readonly counter: number; readonly at: number },
): Promise<void> {
  await db.updateTable('passkey').set({ counter, used_at: at }).where('id', '=', id).execute();
}

/** Whether the authenticator has counted on, or does not count: otherwise there may be a copy of it (PK8). */
export function isCounterAhead(stored: number, shown: number): boolean {
  return shown > stored || (shown === 0 && stored === 0);
}

export function wayOfPasskey({ id }: Pick<PasskeyRow, 'id'>): IdentityKey {
  return { issuer: PASSKEY_ISSUER, subject: id };
}

/** Whether the person still signs in with this: an identity, or a passkey. */
export async function hasWay(db: Database, user: string, way: IdentityKey): Promise<boolean> {
  if (way.issuer === PASSKEY_ISSUER) return (await findPasskey(db, way.subject))?.user === user;
  const identity = await findIdentity(db, way);
  if (identity?.user !== user) return false;
  return way.issuer !== EMAIL_ISSUER || identity.credential !== null;
}

/** Removes an identity of a provider, or a passkey. @returns false when it is not this user's. */
export async function removeWay(db: Database, user: string, way: IdentityKey): Promise<boolean> {
  return way.issuer === PASSKEY_ISSUER
    ? await deletePasskey(db, { user, id: way.subject })
    : await removeIdentity(db, { ...way, user });
}
