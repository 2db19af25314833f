/**
 * Moves everything of a guest to an account: documents, roles, lists, messages, and the ids with which the guest wrote
 * texts. Every table that names users has its part here.
 */
import { WELCOME_TITLE } from '@tandem/document/welcome';
import { sql } from 'kysely';
import { mergeAccessRequests, type WithdrawnNotification } from './access-requests.ts';
import { inboxKey, libraryKey, trashKey } from './channel-key.ts';
import { mergeLinkEntries } from './link-terms.ts';
import { giveRole } from './member-roles.ts';
import { isStronger, type GivenRole } from './standing.ts';
import type { Database } from './tables.ts';
import type { UserRow } from './tables/accounts.ts';

export interface GuestMerge {
  readonly guest: string;
  readonly account: UserRow;
}

/** Documents that the guest owns and has changed; the welcome page as it came is not worth a question. */
export async function findGuestDocuments(db: Database, guest: string): Promise<string[]> {
  const rows = await db
    .selectFrom('document')
    .select('id')
    .where('owner', '=', guest)
    .where('purged_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('title', '!=', WELCOME_TITLE),
        eb('updated_at', '>', eb.ref('created_at')),
        eb('trashed_at', 'is not', null),
      ]),
    )
    .orderBy('updated_at', 'desc')
    .execute();
  return rows.map(({ id }) => id);
}

export interface GuestMerged {
  /** Documents that are the account's, on its list, or shared with it, since then. */
  readonly documents: readonly string[];
  /** Documents with client ids that were the guest's. */
  readonly written: readonly string[];
  /** Notifications of the account of what its person had written as the guest. */
  readonly removed: readonly string[];
  /** Notifications of owners whose request the person had made as the account, too. */
  readonly withdrawn: readonly WithdrawnNotification[];
}

export async function mergeGuest(
  db: Database,
  { guest, account }: GuestMerge,
): Promise<GuestMerged> {
  const written = await mergeClients(db, guest, account.id);
  const owned = await findGuestDocuments(db, guest);
  if (owned.length > 0)
    await db.updateTable('document').set({ owner: account.id }).where('id', 'in', owned).execute();
  const shared = await mergeRoles(db, guest, account.id);
  const visited = await mergeVisits(db, guest, account.id);
  await mergeMessages(db, guest, account.id);
  await mergeFiles(db, guest, account.id);
  const removed = await mergeNotifications(db, guest, account.id);
  await mergeLinkEntries(db, guest, account.id);
  const withdrawn = await mergeAccessRequests(db, guest, account.id);
  // Nobody reads them again, and a purge would not find them.
  const channels = [libraryKey(guest), trashKey(guest), inboxKey(guest)];
  await db.deleteFrom('event').where('channel', 'in', channels).execute();
  await db.deleteFrom('former_listing').where('user', '=', guest).execute();
  await db
    .updateTable('user')
    .set({
      merged_into: account.id,
      ...{ name: account.name, folded_name: account.folded_name, color: account.color },
    })
    .where('id', '=', guest)
    .execute();
  return {
    documents: [...new Set([...owned, ...shared, ...visited])],
    written,
    removed,
    withdrawn,
  };
}

async function mergeRoles(db: Database, guest: string, account: string): Promise<string[]> {
  const given = await ownRoles(db, guest);
  const before = await ownRoles(db, account);
  await db.deleteFrom('member').where('user', '=', guest).execute();
  for (const [document, role] of given) {
    const known = before.get(document);
    if (known === undefined || isStronger(role, known))
      await giveRole(db, { document, user: account, role });
  }
  // The owner of a document needs no role in it.
  await db
    .deleteFrom('member')
    .where('user', '=', account)
    .where('document', 'in', (eb) =>
      eb.selectFrom('document').select('id').where('owner', '=', account),
    )
    .execute();
  return [...given.keys()];
}

/** Guests are in no group. */
async function ownRoles(db: Database, user: string): Promise<ReadonlyMap<string, GivenRole>> {
  const rows = await db
    .selectFrom('member')
    .select(['document', 'own_role'])
    .where('user', '=', user)
    .where('own_role', 'is not', null)
    .$narrowType<{ own_role: GivenRole }>()
    .execute();
  return new Map(rows.map(({ document, own_role }) => [document, own_role]));
}

async function mergeVisits(db: Database, guest: string, account: string): Promise<string[]> {
  // The guest keeps the list entry of a welcome page that stays the guest's.
  await sql`
    insert into visit ("user", document, opened_at, chat_read, comments_read, follows)
    select ${account}, visit.document, visit.opened_at, visit.chat_read, visit.comments_read,
      visit.follows
    from visit inner join document on document.id = visit.document
    where visit."user" = ${guest} and (document.owner is null or document.owner <> ${guest})
    on conflict ("user", document) do update set
      opened_at = case when visit.opened_at > excluded.opened_at then visit.opened_at else excluded.opened_at end,
      chat_read = case when visit.chat_read > excluded.chat_read then visit.chat_read else excluded.chat_read end,
      comments_read = case when visit.comments_read > excluded.comments_read then visit.comments_read else excluded.comments_read end,
      follows = coalesce(visit.follows, excluded.follows)
  `.execute(db);
  const { rows } = await sql<{ readonly document: string }>`
    delete from visit where "user" = ${guest} and document in (
      select id from document where owner is null or owner <> ${guest})
    returning document`.execute(db);
  return rows.map(({ document }) => document);
}

/** In chats and in comments. */
async function mergeMessages(db: Database, guest: string, account: string): Promise<void> {
  // Messages and reactions have no index by user.
  const documents = db.selectFrom('participant').select('document').where('user', '=', guest);
  await db
    .updateTable('message')
    .set({ author: account })
    .where('author', '=', guest)
    .where('document', 'in', documents)
    .execute();
  // A reaction that both have given counts once.
  await sql`
    delete from reaction where "user" = ${guest}
      and document in (select document from participant where "user" = ${guest})
      and exists (
        select 1 from reaction as own
        where own."user" = ${account} and own.document = reaction.document
          and own.message = reaction.message and own.emoji = reaction.emoji)
  `.execute(db);
  await db
    .updateTable('reaction')
    .set({ user: account })
    .where('user', '=', guest)
    .where('document', 'in', documents)
    .execute();
  await db
    .updateTable('comment_thread')
    .set({ resolved_by: account })
    .where('resolved_by', '=', guest)
    .where('document', 'in', (eb) =>
      eb.selectFrom('visit').select('document').where('user', '=', account),
    )
    .execute();
  await db
    .updateTable('comment_thread')
    .set({ imported_by: account })
    .where('imported_by', '=', guest)
    .where('document', 'in', documents)
    .execute();
  await sql`
    insert into participant ("user", document, channel)
    select ${account}, document, channel from participant where "user" = ${guest}
    on conflict do nothing`.execute(db);
  await db.deleteFrom('participant').where('user', '=', guest).execute();
}

async function mergeFiles(db: Database, guest: string, account: string): Promise<void> {
  await db
    .updateTable('file')
    .set({ created_by: account })
    .where('created_by', '=', guest)
    .execute();
}

/** Nobody is notified twice of a cause, nor of what they wrote themselves. */
async function mergeNotifications(db: Database, guest: string, account: string): Promise<string[]> {
  await sql`
    delete from notification where "user" = ${guest} and (actor = ${account} or exists (
      select 1 from notification as own where own."user" = ${account}
        and own.document = notification.document and own.cause = notification.cause))
  `.execute(db);
  const removed = await db
    .deleteFrom('notification')
    .where('user', '=', account)
    .where('actor', '=', guest)
    .returning('id')
    .execute();
  await db.updateTable('notification').set({ user: account }).where('user', '=', guest).execute();
  return removed.map(({ id }) => id);
}

/** What the guest's browser has not sent yet continues the guest's client ids. */
async function mergeClients(db: Database, guest: string, account: string): Promise<string[]> {
  const rows = await db
    .updateTable('client')
    .set({ user: account })
    .where('user', '=', guest)
    // The table has no index by user.
    .where('document', 'in', (eb) =>
      eb
        .selectFrom('visit')
        .select('document')
        .where('user', '=', guest)
        .union(eb.selectFrom('document').select('id as document').where('owner', '=', guest)),
    )
    .returning('document')
    .execute();
  return [...new Set(rows.map(({ document }) => document))];
}
