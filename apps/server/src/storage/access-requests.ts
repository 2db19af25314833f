/**
 * Requests for access (PO7–PO10). A row says that a person has asked, whether or not there is such a document: nothing
 * that the person gets back depends on it.
 */
import { sql, type SqlBool } from 'kysely';
import { ACCESS_REQUESTS, NOTIFICATIONS } from './limits.ts';
import type { AccessRequestRow } from './tables/documents.ts';
import type { Database } from './tables.ts';
import type { NotificationRow } from './tables/messages.ts';

type Asker = Pick<AccessRequestRow, 'document' | 'user'>;

export type WithdrawnNotification = Pick<NotificationRow, 'user' | 'id'>;

export async function findAccessRequest(
  db: Database,
  { document, user }: Asker,
): Promise<AccessRequestRow | undefined> {
  return await db
    .selectFrom('access_request')
    .selectAll()
    .where('document', '=', document)
    .where('user', '=', user)
    .executeTakeFirst();
}

/** Takes the place of an earlier one of the same person. */
export async function putAccessRequest(
  db: Database,
  request: Omit<AccessRequestRow, 'declined_at'>,
): Promise<void> {
  const { message, at } = request;
  await db
    .insertInto('access_request')
    .values({ ...request, declined_at: null })
    .onConflict((conflict) =>
      conflict.columns(['document', 'user']).doUpdateSet({ message, at, declined_at: null }),
    )
    .execute();
}

/** One that is repeated and tells nobody anything counts all the same. */
export async function countAccessRequest(
  db: Database,
  { document, user, at }: Asker & { readonly at: number },
): Promise<void> {
  await db
    .updateTable('access_request')
    .set({ at })
    .where('document', '=', document)
    .where('user', '=', user)
    .execute();
}

export async function countRequestsOf(db: Database, user: string, after: number): Promise<number> {
  const { count } = await db
    .selectFrom('access_request')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('user', '=', user)
    .where('at', '>', after)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Of other people. */
export async function countOpenRequests(db: Database, { document, user }: Asker): Promise<number> {
  const { count } = await db
    .selectFrom('access_request')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('document', '=', document)
    .where('user', '<>', user)
    .where('declined_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Those of these people whose inbox has as many requests as it may have (PO9). */
export async function findFullOfRequests(
  db: Database,
  users: readonly string[],
): Promise<ReadonlySet<string>> {
  if (users.length === 0) return new Set();
  const rows = await db
    .selectFrom('notification')
    .select('user')
    .where('user', 'in', users)
    .where('kind', '=', 'request')
    .groupBy('user')
    .having(({ fn }) => fn.countAll(), '>=', ACCESS_REQUESTS.perInbox)
    .execute();
  return new Set(rows.map(({ user }) => user));
}

export async function declineAccessRequest(
  db: Database,
  { document, user, at }: Asker & { readonly at: number },
): Promise<void> {
  await db
    .updateTable('access_request')
    .set({ declined_at: at, message: '' })
    .where('document', '=', document)
    .where('user', '=', user)
    .execute();
}

/** @returns whether there was an open one */
export async function endAccessRequest(db: Database, asker: Asker): Promise<boolean> {
  return (await endAccessRequests(db, [asker])).length > 0;
}

/**
 * @param askers in one document, or of one person
 * @returns those whose requests were open
 */
export async function endAccessRequests(db: Database, askers: readonly Asker[]): Promise<Asker[]> {
  if (askers.length === 0) return [];
  const deleted = await db
    .deleteFrom('access_request')
    .where('document', 'in', [...new Set(askers.map(({ document }) => document))])
    .where('user', 'in', [...new Set(askers.map(({ user }) => user))])
    .returning(['document', 'user', 'declined_at'])
    .execute();
  return deleted.filter(({ declined_at }) => declined_at === null);
}

/** At most so many at once, the oldest first. @returns whether there may be more */
export async function deleteOldAccessRequests(db: Database, before: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('access_request')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('document', 'user'),
        'in',
        selectFrom('access_request')
          .select(['document', 'user'])
          .where('at', '<', before)
          .orderBy('at')
          .limit(NOTIFICATIONS.sweepBatch)
          .$asTuple('document', 'user'),
      ),
    )
    .executeTakeFirst();
  return numDeletedRows >= NOTIFICATIONS.sweepBatch;
}

/**
 * A guest who becomes a part of an account has asked as this account. Its own requests stay, also one that was declined.
 *
 * @returns notifications that owners have no more
 */
export async function mergeAccessRequests(
  db: Database,
  guest: string,
  account: string,
): Promise<readonly WithdrawnNotification[]> {
  const withdrawn = await db
    .deleteFrom('notification')
    .where('kind', '=', 'request')
    .where('actor', '=', guest)
    .where(
      sql<SqlBool>`(exists (select 1 from access_request as own
        where own.document = notification.document and own."user" = ${account}
          and own.declined_at is not null)
        or exists (select 1 from notification as own where own."user" = notification."user"
          and own.document = notification.document and own.kind = 'request'
          and own.actor = ${account}))`,
    )
    .returning(['user', 'id'])
    .execute();
  await db
    .deleteFrom('access_request')
    .where('user', '=', guest)
    .where(
      sql<SqlBool>`exists (select 1 from access_request as own
        where own.document = access_request.document and own."user" = ${account})`,
    )
    .execute();
  await db.updateTable('access_request').set({ user: account }).where('user', '=', guest).execute();
  await db
    .updateTable('notification')
    .set({ actor: account, cause: requestCause(account) })
    .where('kind', '=', 'request')
    .where('actor', '=', guest)
    .execute();
  return withdrawn;
}

/** A person has at most one notification of another one's request in a document. */
export function requestCause(user: string): string {
  return `request:${user}`;
}
