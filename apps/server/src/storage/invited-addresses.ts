/**
 * Roles that were given to addresses (IA1 to IA4). A row says that an address was invited, whether or not anybody has
 * it: only its person, once they come, makes a role of it.
 */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { SHARING } from './limits.ts';
import { EMAIL_ISSUER } from './identities.ts';
import type { Database } from './tables.ts';
import type { InvitedAddressRow } from './tables/documents.ts';

type Invited = Pick<InvitedAddressRow, 'document' | 'address'>;

export async function findInvited(
  db: Database,
  { document, address }: Invited,
): Promise<InvitedAddressRow | undefined> {
  return await db
    .selectFrom('invited_address')
    .selectAll()
    .where('document', '=', document)
    .where('address', '=', address)
    .executeTakeFirst();
}

/** Those that have not expired, by address. */
export async function listInvited(
  db: Database,
  { document, at }: { readonly document: string; readonly at: number },
): Promise<InvitedAddressRow[]> {
  return await db
    .selectFrom('invited_address')
    .selectAll()
    .where('document', '=', document)
    .where('expires_at', '>', at)
    .orderBy('address')
    .limit(SHARING.maxMembers)
    .execute();
}

export async function countInvited(
  db: Database,
  { document, at }: { readonly document: string; readonly at: number },
): Promise<number> {
  const { count } = await db
    .selectFrom('invited_address')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('document', '=', document)
    .where('expires_at', '>', at)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function countInvitedBy(
  db: Database,
  { user, at }: { readonly user: string; readonly at: number },
): Promise<number> {
  const { count } = await db
    .selectFrom('invited_address')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('invited_by', '=', user)
    .where('expires_at', '>', at)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Takes the place of an earlier one of the same address. */
export async function putInvited(db: Database, row: InvitedAddressRow): Promise<void> {
  const { document: _document, address: _address, ...rest } = row;
  await db
    .insertInto('invited_address')
    .values(row)
    .onConflict((conflict) => conflict.columns(['document', 'address']).doUpdateSet(rest))
    .execute();
}

/** Of two that take the same one at once, on two nodes, one gets it. */
export async function takeInvited(
  db: Database,
  { document, address }: Invited,
): Promise<InvitedAddressRow | undefined> {
  return await db
    .deleteFrom('invited_address')
    .where('document', '=', document)
    .where('address', '=', address)
    .returningAll()
    .executeTakeFirst();
}

export interface ClaimableQuery {
  readonly user: string;
  readonly document: string;
  /** Of the providers that the server has. */
  readonly issuers: readonly string[];
  readonly at: number;
}

/** What was given in the document to addresses that are known to be this person's, the oldest first. */
export async function findClaimable(
  db: Database,
  { document, ...query }: ClaimableQuery,
): Promise<InvitedAddressRow[]> {
  return await db
    .selectFrom('invited_address')
    .selectAll()
    .where('document', '=', document)
    .where(isAddressOf(query))
    .where('expires_at', '>', query.at)
    .orderBy('at')
    .execute();
}

/**
 * Documents whose opening may claim something: this one, and those around it whose roles hold in it. Without what waits:
 * each opening would ask for it in vain.
 */
export async function findClaimableAround(
  db: Database,
  { document, ...query }: ClaimableQuery,
): Promise<string[]> {
  const rows = await db
    .selectFrom('invited_address')
    .select('document')
    .distinct()
    .where(isAddressOf(query))
    .where('expires_at', '>', query.at)
    .where(isWaitingForNothing())
    .where(({ or, eb, selectFrom }) =>
      or([
        eb('document', '=', document),
        eb(
          'document',
          'in',
          selectFrom('document_ancestor')
            .select('ancestor')
            .where('document_ancestor.document', '=', document)
            .where('inherits', '=', 1),
        ),
      ]),
    )
    .execute();
  return rows.map((row) => row.document);
}

/** In the trash, and while who invited is blocked, it waits (IA2). */
function isWaitingForNothing(): RawBuilder<SqlBool> {
  return sql<SqlBool>`not exists (
      select 1 from document
      where document.id = invited_address.document and document.trashed_at is not null
    ) and not exists (
      select 1 from "user"
      where "user".id = invited_address.invited_by and "user".blocked_at is not null
    )`;
}

/** At most so many at once. @returns whether there may be more */
export async function deleteExpiredInvited(db: Database, at: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('invited_address')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('document', 'address'),
        'in',
        selectFrom('invited_address')
          .select(['document', 'address'])
          .where('expires_at', '<=', at)
          .orderBy('expires_at')
          .limit(SHARING.expiredAtOnce)
          .$asTuple('document', 'address'),
      ),
    )
    .executeTakeFirst();
  return numDeletedRows >= SHARING.expiredAtOnce;
}

/** Only verified ones: by a mailed link, or lately by a provider with which the person signs in (IA2). */
function isAddressOf({
  user,
  issuers,
  at,
}: Pick<ClaimableQuery, 'user' | 'issuers' | 'at'>): RawBuilder<SqlBool> {
  const since = at - SHARING.providerAddressMs;
  const mailed = sql`select subject from identity
    where "user" = ${user} and issuer = ${EMAIL_ISSUER} and verified_at is not null`;
  if (issuers.length === 0) return sql<SqlBool>`address in (${mailed})`;
  // With or without a slash at the end, as where people sign in.
  const known = sql.join(issuers.map((issuer) => sql`rtrim(${issuer}, '/')`));
  return sql<SqlBool>`address in (${mailed} union all select verified_address from identity
    where "user" = ${user} and rtrim(issuer, '/') in (${known})
      and verified_address is not null and verified_at > ${since})`;
}
