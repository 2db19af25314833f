/** What people sign in with, besides passkeys. */
import { createHash } from 'node:crypto';
import type { Database } from './tables.ts';
import type { IdentityRow } from './tables/accounts.ts';

/** The issuer of identities whose subject is an e-mail address. */
export const EMAIL_ISSUER = 'email';

export interface IdentityKey {
  readonly issuer: string;
  readonly subject: string;
}

export async function findIdentity(
  db: Database,
  { issuer, subject }: IdentityKey,
): Promise<IdentityRow | undefined> {
  return await db
    .selectFrom('identity')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

export async function findIdentitiesOf(db: Database, user: string): Promise<IdentityRow[]> {
  return await db
    .selectFrom('identity')
    .selectAll()
    .where('user', '=', user)
    .orderBy('created_at')
    .execute();
}

export async function findEmailIdentity(
  db: Database,
  user: string,
): Promise<IdentityRow | undefined> {
  return (await findIdentitiesOf(db, user)).find(({ issuer }) => issuer === EMAIL_ISSUER);
}

/**
 * Those of a person's identities with which they can sign in.
 *
 * @param isOffered whether the server still has this provider.
 */
export function workingIdentities(
  identities: readonly IdentityRow[],
  isOffered: (issuer: string) => boolean,
): readonly IdentityKey[] {
  return identities
    .filter(({ issuer, credential }) =>
      issuer === EMAIL_ISSUER ? credential !== null : isOffered(issuer),
    )
    .map(({ issuer, subject }) => ({ issuer, subject }));
}

/** With what else a person can sign in (AC24). */
export function findOtherWay(
  ways: readonly IdentityKey[],
  removed: IdentityKey,
): IdentityKey | null {
  return (
    ways.find(({ issuer, subject }) => issuer !== removed.issuer || subject !== removed.subject) ??
    null
  );
}

/** @returns false when the identity belongs to somebody, also to the same user. */
export async function addIdentity(
  db: Database,
  identity: IdentityKey & {
    readonly user: string;
    readonly credential: string | null;
    readonly at: number;
    readonly verifiedAt?: number | null;
    /** Of a provider (IA2). */
    readonly verifiedAddress?: string | null;
  },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('identity')
    .values({
      issuer: identity.issuer,
      subject: identity.subject,
      user: identity.user,
      credential: identity.credential,
      created_at: identity.at,
      verified_at: identity.verifiedAt ?? (identity.verifiedAddress == null ? null : identity.at),
      verified_address: identity.verifiedAddress ?? null,
    })
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * Removes an identity of a provider, and remembers that this account no longer wants it (AC24).
 *
 * @returns false when it is not this user's.
 */
export async function removeIdentity(
  db: Database,
  { issuer, subject, user }: IdentityKey & { readonly user: string },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('identity')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('user', '=', user)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  await db
    .insertInto('removed_identity')
    .values({ issuer, subject, user })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return true;
}

export async function wasRemoved(
  db: Database,
  { issuer, subject, user }: IdentityKey & { readonly user: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('removed_identity')
    .select('user')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('user', '=', user)
    .executeTakeFirst();
  return row !== undefined;
}

/** The account's person has connected it again. */
export async function forgetRemoval(
  db: Database,
  { issuer, subject, user }: IdentityKey & { readonly user: string },
): Promise<void> {
  await db
    .deleteFrom('removed_identity')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('user', '=', user)
    .execute();
}

export async function setCredential(
  db: Database,
  { issuer, subject }: IdentityKey,
  credential: string | null,
): Promise<void> {
  await db
    .updateTable('identity')
    .set({ credential })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute();
}

/** What tells a credential from another one, where the credential itself has no place. */
export function credentialDigest(credential: string | null): string {
  return createHash('sha256')
    .update(credential ?? '')
    .digest('hex');
}

/** Whether the identity has its credential still, also after a transaction that is changing it at this moment. */
export async function hasStillCredential(
  db: Database,
  { issuer, subject, credential }: IdentityKey & { readonly credential: string | null },
): Promise<boolean> {
  // An update waits for that transaction on Postgres, unlike a query.
  const { numUpdatedRows } = await db
    .updateTable('identity')
    .set({ credential })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('credential', credential === null ? 'is' : '=', credential)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The person of this address is known to read its mails. */
export async function verifyAddress(
  db: Database,
  { subject, at }: { readonly subject: string; readonly at: number },
): Promise<void> {
  await db
    .updateTable('identity')
    .set({ verified_at: at })
    .where('issuer', '=', EMAIL_ISSUER)
    .where('subject', '=', subject)
    .execute();
}

/** What the provider says now: also that it knows no address of the person any more. */
export async function setVerifiedAddress(
  db: Database,
  { issuer, subject }: IdentityKey,
  { address, at }: { readonly address: string | null; readonly at: number },
): Promise<void> {
  await db
    .updateTable('identity')
    .set({ verified_address: address, verified_at: address === null ? null : at })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute();
}

/** Removes all but the address and its password. */
export async function removeProvidersOf(db: Database, user: string): Promise<void> {
  for (const { issuer, subject } of await findIdentitiesOf(db, user))
    if (issuer !== EMAIL_ISSUER) await removeIdentity(db, { issuer, subject, user });
}

export async function setAdministrator(
  db: Database,
  user: string,
  isAdministrator: boolean,
): Promise<void> {
  await db
    .updateTable('user')
    .set({ is_administrator: isAdministrator ? 1 : 0 })
    .where('id', '=', user)
    .execute();
}

export async function listAdministrators(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('user').select('id').where('is_administrator', '=', 1).execute();
  return rows.map(({ id }) => id);
}
