/** Who has which documents on their list: those that they opened or were given. */
import { sql } from 'kysely';
import { compiledQuery } from './compiled-query.ts';
import { newestMessage } from './documents.ts';
import { LIBRARY, NOTIFICATIONS, VISITS } from './limits.ts';
import type { Database } from './tables.ts';

/** `opened_at` of a shared document that its user has not opened yet. */
export const NEVER_OPENED = 0;

export interface Listing {
  readonly chatRead: number;
  readonly commentsRead: number;
  readonly favouriteAt: number | null;
  readonly follows: 'all' | 'none' | null;
  readonly isNew: boolean;
}

/** A document on the list of a person. */
export interface Listed {
  readonly user: string;
  readonly document: string;
}

export interface Visit extends Listed {
  readonly at: number;
}

const lastVisit = compiledQuery((db, user: string, document: string) =>
  db
    .selectFrom('visit')
    .select('opened_at')
    .where('user', '=', user)
    .where('document', '=', document),
);

const setVisit = compiledQuery((db, at: number, user: string, document: string) =>
  db
    .updateTable('visit')
    .set({ opened_at: at })
    .where('user', '=', user)
    .where('document', '=', document),
);

/**
 * Records a visit; one soon after the last counts as the same.
 *
 * @returns `first` for a listed document that was never opened, `none` for an unlisted one.
 */
export async function renewVisit(
  db: Database,
  { user, document, at }: Visit,
): Promise<'first' | 'again' | 'none'> {
  const [before] = await lastVisit(db, user, document);
  if (before === undefined) return 'none';
  if (at - before.opened_at >= VISITS.sameVisitMs) await setVisit(db, at, user, document);
  return before.opened_at === NEVER_OPENED ? 'first' : 'again';
}

const insertVisit = compiledQuery((db, user: string, document: string, at: number) =>
  db
    .insertInto('visit')
    .values({
      user,
      document,
      opened_at: at,
      chat_read: newestMessage(sql.val(document), 'chat'),
      comments_read: newestMessage(sql.val(document), 'comments'),
    })
    .returning(READ),
);

/**
 * Adds an unlisted document to a user's list, with its whole chat and all comments marked as read.
 *
 * @returns the numbers of the newest read messages.
 */
export async function addVisit(
  db: Database,
  { user, document, at }: Visit,
): Promise<Omit<Listing, 'isNew'>> {
  const [added] = await insertVisit(db, user, document, at);
  return added ?? { chatRead: 0, commentsRead: 0, favouriteAt: null, follows: null };
}

/** Takes a document, and what is inside it, off a user's list. */
export async function forgetVisits(db: Database, visit: Listed): Promise<boolean> {
  const forgotten = await db
    .deleteFrom('visit')
    .where('user', '=', visit.user)
    .where(({ or, eb, selectFrom }) =>
      or([
        eb('document', '=', visit.document),
        eb(
          'document',
          'in',
          selectFrom('document_ancestor').select('document').where('ancestor', '=', visit.document),
        ),
      ]),
    )
    .returning(['user', 'document'])
    .execute();
  await rememberListings(db, forgotten);
  return forgotten.length > 0;
}

/**
 * Takes documents that people have never opened, and cannot have found but by a role that has ended, off their lists; not
 * what is inside them.
 *
 * @param pairs one document and several people, or several documents and one person
 * @returns those that it took off
 */
export async function forgetUnopened(
  db: Database,
  pairs: readonly Listed[],
): Promise<readonly Listed[]> {
  if (pairs.length === 0) return [];
  const forgotten = await db
    .deleteFrom('visit')
    .where('user', 'in', [...new Set(pairs.map(({ user }) => user))])
    .where('document', 'in', [...new Set(pairs.map(({ document }) => document))])
    .where('opened_at', '=', NEVER_OPENED)
    .returning(['user', 'document'])
    .execute();
  await rememberListings(db, forgotten);
  return forgotten;
}

/**
 * What is inside documents that leave people's lists, was there with them, and is theirs by a role that was given inside,
 * stays there by itself.
 */
export async function keepInside(db: Database, left: readonly Listed[]): Promise<void> {
  if (left.length === 0) return;
  const pairs = sql.join(left.map(({ document, user }) => sql`(${document}, ${user})`));
  await sql`insert into visit ("user", document, opened_at, chat_read, comments_read)
    select distinct member."user", member.document, cast(${NEVER_OPENED} as bigint),
      ${newestMessage(sql.ref('member.document'), 'chat')},
      ${newestMessage(sql.ref('member.document'), 'comments')}
    from document_ancestor as inside join member on member.document = inside.document
    where inside.inherits = 1 and (inside.ancestor, member."user") in (values ${pairs})
    on conflict do nothing`.execute(db);
}

/** A purge takes the words of a document out of the events of all lists that had it. */
async function rememberListings(db: Database, listings: readonly Listed[]): Promise<void> {
  for (let from = 0; from < listings.length; from += INSERTED_AT_ONCE)
    await db
      .insertInto('former_listing')
      .values(listings.slice(from, from + INSERTED_AT_ONCE))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

const INSERTED_AT_ONCE = 1_000;

const READ = [
  'chat_read as chatRead',
  'comments_read as commentsRead',
  'favourite_at as favouriteAt',
  'follows',
] as const;

export async function setFavourite(
  db: Database,
  { user, document, at }: Listed & { readonly at: number | null },
): Promise<void> {
  await db
    .updateTable('visit')
    .set({ favourite_at: at })
    .where('user', '=', user)
    .where('document', '=', document)
    .execute();
}

export async function setFollows(
  db: Database,
  { user, document, follows }: Listed & { readonly follows: Listing['follows'] },
): Promise<void> {
  await db
    .updateTable('visit')
    .set({ follows })
    .where('user', '=', user)
    .where('document', '=', document)
    .execute();
}

/** Who is notified of all comments in a document; those who opened it last come first. */
export async function findFollowers(db: Database, document: string): Promise<string[]> {
  const rows = await db
    .selectFrom('visit')
    .select('user')
    .where('document', '=', document)
    .where('follows', '=', 'all')
    .orderBy('opened_at', 'desc')
    .limit(NOTIFICATIONS.maxRecipients)
    .execute();
  return rows.map(({ user }) => user);
}

/** Those of some people who want to be notified of nothing in a document. */
export async function findMuting(
  db: Database,
  document: string,
  users: readonly string[],
): Promise<string[]> {
  const rows = await db
    .selectFrom('visit')
    .select('user')
    .where('document', '=', document)
    .where('follows', '=', 'none')
    .where('user', 'in', users)
    .execute();
  return rows.map(({ user }) => user);
}

export async function findListing(
  db: Database,
  { user, document }: { readonly user: string; readonly document: string },
): Promise<Listing | undefined> {
  const row = await db
    .selectFrom('visit')
    .select([...READ, 'opened_at as openedAt'])
    .where('user', '=', user)
    .where('document', '=', document)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { openedAt, ...read } = row;
  return { ...read, isNew: openedAt === NEVER_OPENED };
}

/**
 * Those on whose lists the document is, if they may read it (TR2): who opened it or was given it, or a document around it
 * from which it inherits or which is their own. Those who opened one of them last come first.
 */
export async function findVisitors(
  db: Database,
  document: string,
): Promise<(Listing & { readonly user: string })[]> {
  const { rows } = await sql<{
    readonly user: string;
    readonly chatRead: number;
    readonly commentsRead: number;
    readonly favouriteAt: number | null;
    readonly follows: 'all' | 'none' | null;
    readonly openedAt: number | null;
  }>`select people."user", own.opened_at as "openedAt", own.favourite_at as "favouriteAt",
      own.follows,
      coalesce(own.chat_read, ${newestMessage(sql.val(document), 'chat')}) as "chatRead",
      coalesce(own.comments_read, ${newestMessage(sql.val(document), 'comments')}) as "commentsRead"
    from (
      select "user", max(opened_at) as seen_at from (
        select "user", opened_at from visit where document = ${document}
        union all
        select visit."user", visit.opened_at from document_ancestor as inside
          join visit on visit.document = inside.ancestor
          join document as around on around.id = inside.ancestor
          where inside.document = ${document}
            and (inside.inherits = 1 or around.owner = visit."user")
      ) as seen
      group by "user" order by seen_at desc, "user" limit ${LIBRARY.maxNotifiedLibraries}
    ) as people
    left join visit as own on own."user" = people."user" and own.document = ${document}
    order by people.seen_at desc, people."user"`.execute(db);
  return rows.map(({ openedAt, ...row }) => ({ ...row, isNew: openedAt === NEVER_OPENED }));
}

/** Who opened or was given which documents inside these, as many as `findVisitors` finds. */
export async function findVisitsInside(
  db: Database,
  documents: readonly string[],
  user?: string,
): Promise<(Listing & { readonly user: string; readonly document: string })[]> {
  const rows = await db
    .selectFrom('visit')
    .select(['visit.user', 'visit.document', ...READ])
    .select('visit.opened_at as openedAt')
    .where('visit.document', 'in', (eb) =>
      eb
        .selectFrom('document_ancestor')
        .select('document_ancestor.document')
        .where('document_ancestor.ancestor', 'in', documents),
    )
    .$if(user !== undefined, (of) => of.where('visit.user', '=', user ?? ''))
    .orderBy('visit.opened_at', 'desc')
    .orderBy('visit.document')
    .orderBy('visit.user')
    .limit(LIBRARY.maxNotifiedLibraries)
    .execute();
  return rows.map(({ openedAt, ...row }) => ({ ...row, isNew: openedAt === NEVER_OPENED }));
}

/**
 * Those of some people on whose lists one of the documents is, if they may read it.
 *
 * @param since when they have opened it, or the one around it by which it is on their list
 */
export async function findListers(
  db: Database,
  documents: readonly string[],
  users: readonly string[],
  since: number = NEVER_OPENED,
): Promise<string[]> {
  if (documents.length === 0 || users.length === 0) return [];
  const some = sql.join(documents);
  const { rows } = await sql<{ readonly user: string }>`
    select "user" from visit where document in (${some}) and "user" in (${sql.join(users)})
      and opened_at >= ${since}
    union
    select visit."user" from document_ancestor as inside
      join visit on visit.document = inside.ancestor
      join document as around on around.id = inside.ancestor
      where inside.document in (${some}) and visit."user" in (${sql.join(users)})
        and visit.opened_at >= ${since} and (inside.inherits = 1 or around.owner = visit."user")`.execute(
    db,
  );
  return rows.map(({ user }) => user);
}
