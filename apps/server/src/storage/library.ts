/**
 * The lists of documents: a person's library by time, and as a tree. A person's list has what they opened or were given,
 * and what is inside it, as far as they may read it (TR2).
 */
import { sql, type RawBuilder } from 'kysely';
import {
  MAX_FAVOURITES,
  MAX_LIBRARY_PAGE,
  MAX_TEMPLATES,
  searchWords,
  type LibraryPage,
  type LibraryPlace,
  type ListedDocument,
  type Role,
  type TreePage,
  type TreePlace,
} from '@tandem/protocol';
import { compiledQuery } from './compiled-query.ts';
import { containing, newestMessage } from './documents.ts';
import { findListers, NEVER_OPENED, type Listing } from './visits.ts';
import { mayRead } from './access-conditions.ts';
import { readInherited, standingsIn } from './roles.ts';
import { decideStanding, NOTHING_INHERITED, type GivenRole } from './standing.ts';
import type { Database } from './tables.ts';
import type { DocumentRow } from './tables/documents.ts';

export interface ListEntry extends Listing {
  readonly document: DocumentRow;
  readonly role: Role;
  /** The document in which it is on this list. */
  readonly parent: string | null;
  readonly chatHead: number;
}

export interface ListOptions {
  readonly after?: LibraryPlace | null | undefined;
  readonly search?: string | undefined;
  readonly limit?: number | undefined;
}

interface Selection {
  readonly user: string;
  readonly limit: number;
  /** Of rows of `document`. */
  readonly where: RawBuilder<unknown>;
  readonly order: RawBuilder<unknown>;
}

type ListRow = DocumentRow & {
  readonly shownParent: string | null;
  readonly given: GivenRole | null;
  readonly chatRead: number | null;
  readonly commentsRead: number | null;
  readonly favouriteAt: number | null;
  readonly follows: 'all' | 'none' | null;
  readonly openedAt: number | null;
  readonly chatHead: number;
  readonly commentsHead: number;
};

/** The outer query reads what belongs to the person only for the documents on the page. */
function selectListed({ user, limit, where, order }: Selection): RawBuilder<ListRow> {
  return sql<ListRow>`select listed.*, visit.chat_read as "chatRead", visit.opened_at as "openedAt",
      visit.comments_read as "commentsRead", visit.favourite_at as "favouriteAt", visit.follows,
      member.role as given,
      ${newestMessage(sql.ref('listed.id'), 'chat')} as "chatHead",
      ${newestMessage(sql.ref('listed.id'), 'comments')} as "commentsHead",
      case when listed.parent is null then null else (
        select above.id from document as above
          where above.id = listed.parent and ${isShown(user, 'above')}
      ) end as "shownParent"
    from (
      select document.* from document where ${where} order by ${order} limit ${limit}
    ) as listed
    left join visit on visit.document = listed.id and visit."user" = ${user}
    left join member on member.document = listed.id and member."user" = ${user}
    order by ${order}`;
}

/** A condition of SQL: the document of this alias is on the list of the user. */
function isShown(user: string, alias: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  return sql<boolean>`(${mayRead(user, alias)} and (
    exists (select 1 from visit where visit."user" = ${user} and visit.document = ${column('id')})
    or (${column('parent')} is not null and exists (
      select 1 from document_ancestor as within
        join visit on visit.document = within.ancestor and visit."user" = ${user}
        join document as outer_document on outer_document.id = within.ancestor
      where within.document = ${column('id')}
        and (within.inherits = 1 or outer_document.owner = ${user})))))`;
}

/**
 * The ids of the documents on a user's list, and of some that they may not read. What is inside a document comes from the
 * outermost one that the user opened: its closure has what the closures of those inside it have.
 */
export function listedIds(user: string): RawBuilder<unknown> {
  return sql`select document from visit where "user" = ${user}
    union select within.document from visit
      join document as outer_document on outer_document.id = visit.document
      join document_ancestor as within on within.ancestor = visit.document
    where visit."user" = ${user} and (within.inherits = 1 or outer_document.owner = ${user})
      and (outer_document.parent is null or outer_document.is_restricted = 1 or not exists (
        select 1 from visit as above join document as parent on parent.id = above.document
          where above."user" = ${user} and above.document = outer_document.parent
            and (parent.owner = ${user} or outer_document.owner is null
              or outer_document.owner <> ${user})))`;
}

const NEWEST_FIRST = sql`updated_at desc, id`;
const BY_POSITION = sql`position, id`;

function newestListed(user: string, limit: number, filter: RawBuilder<unknown> = sql`true`) {
  const where = sql`document.id in (${listedIds(user)}) and ${mayRead(user, 'document')} and ${filter}`;
  return selectListed({ user, limit, where, order: NEWEST_FIRST });
}

const firstPage = compiledQuery<[string, number], ListRow>((db, user: string, limit: number) => ({
  compile: () => newestListed(user, limit).compile(db),
}));

const oneListed = compiledQuery<[string, string], ListRow>((db, user: string, document: string) => {
  const where = sql`document.id = ${document} and ${isShown(user, 'document')}`;
  return {
    compile: () => selectListed({ user, limit: 1, where, order: NEWEST_FIRST }).compile(db),
  };
});

export async function listDocuments(
  db: Database,
  user: string,
  { after, search = '', limit = MAX_LIBRARY_PAGE }: ListOptions = {},
): Promise<ListEntry[]> {
  const words = searchWords(search);
  if (after == null && words.length === 0)
    return await toEntries(db, user, await firstPage(db, user, limit));
  const found = words.map(
    (word) =>
      sql`document.folded_title || ' ' || document.folded_excerpt like ${containing(word)} escape '\\'`,
  );
  const later =
    after == null
      ? []
      : [
          sql`(document.updated_at < ${after.updatedAt}
            or (document.updated_at = ${after.updatedAt} and document.id > ${after.id}))`,
        ];
  const filter = sql.join([sql`true`, ...found, ...later], sql` and `);
  const { rows } = await newestListed(user, limit, filter).execute(db);
  return await toEntries(db, user, rows);
}

export async function readLibraryPage(
  db: Database,
  user: string,
  options: Omit<ListOptions, 'limit'> = {},
): Promise<LibraryPage> {
  // One more entry shows whether another page follows.
  const entries = await listDocuments(db, user, { ...options, limit: MAX_LIBRARY_PAGE + 1 });
  const { documents, last } = toPage(entries);
  return {
    documents,
    next: last === undefined ? null : { updatedAt: last.updatedAt, id: last.id },
  };
}

const lastFavourites = compiledQuery<[string], ListRow>((db, user: string) => {
  const where = sql`document.id in (select document from visit
      where "user" = ${user} and favourite_at is not null
      order by favourite_at desc limit ${MAX_FAVOURITES})
    and ${mayRead(user, 'document')}`;
  const limit = MAX_FAVOURITES;
  return {
    compile: () => selectListed({ user, limit, where, order: NEWEST_FIRST }).compile(db),
  };
});

/** The favourites that the user made last. */
export async function readFavourites(db: Database, user: string): Promise<ListedDocument[]> {
  return (await toEntries(db, user, await lastFavourites(db, user))).map(toListed);
}

const lastTemplates = compiledQuery<[string], ListRow>((db, user: string) => {
  const where = sql`document.template_at is not null
    and document.id in (${listedIds(user)}) and ${mayRead(user, 'document')}`;
  const order = sql`template_at desc, id`;
  return {
    compile: () => selectListed({ user, limit: MAX_TEMPLATES, where, order }).compile(db),
  };
});

/** The documents of the user's list that became templates last. */
export async function readTemplates(db: Database, user: string): Promise<ListedDocument[]> {
  return (await toEntries(db, user, await lastTemplates(db, user))).map(toListed);
}

/** What is in a document, or at the top of the user's tree. */
export async function readTreePage(
  db: Database,
  user: string,
  { parent, after }: { readonly parent: string | null; readonly after?: TreePlace | undefined },
): Promise<TreePage> {
  const inside =
    parent === null
      ? sql`document.id in (${listedIds(user)}) and ${mayRead(user, 'document')}
          and (document.parent is null or not exists (select 1 from document as above
            where above.id = document.parent and ${isShown(user, 'above')}))`
      : sql`document.parent = ${parent} and ${isShown(user, 'document')}`;
  const where =
    after === undefined
      ? inside
      : sql`${inside} and (document.position > ${after.position}
          or (document.position = ${after.position} and document.id > ${after.id}))`;
  const limit = MAX_LIBRARY_PAGE + 1;
  const { rows } = await selectListed({ user, limit, where, order: BY_POSITION }).execute(db);
  const { documents, last } = toPage(await toEntries(db, user, rows));
  return {
    documents,
    next: last === undefined ? null : { position: last.position, id: last.id },
  };
}

/** The listed documents around a document, the outermost first, and itself. */
export async function readPath(
  db: Database,
  user: string,
  document: string,
): Promise<ListedDocument[]> {
  const where = sql`(document.id = ${document} or document.id in (
      select ancestor from document_ancestor where document = ${document}))
    and ${isShown(user, 'document')}`;
  const limit = MAX_LIBRARY_PAGE;
  const { rows } = await selectListed({ user, limit, where, order: BY_POSITION }).execute(db);
  const listed = new Map(
    (await toEntries(db, user, rows)).map((entry) => [entry.document.id, toListed(entry)]),
  );
  const path: ListedDocument[] = [];
  for (let at = listed.get(document); at !== undefined; at = listed.get(at.parent ?? ''))
    path.unshift(at);
  return path;
}

export async function findListed(
  db: Database,
  { user, document }: { readonly user: string; readonly document: string },
): Promise<ListedDocument | null> {
  const [entry] = await toEntries(db, user, await oneListed(db, user, document));
  return entry === undefined ? null : toListed(entry);
}

/** Those of some documents that are on the user's list, by id. */
export async function findAllListed(
  db: Database,
  { user, documents }: { readonly user: string; readonly documents: readonly string[] },
): Promise<ReadonlyMap<string, ListedDocument>> {
  const listed = new Map<string, ListedDocument>();
  for (let from = 0; from < documents.length; from += READ_AT_ONCE) {
    const some = documents.slice(from, from + READ_AT_ONCE);
    const where = sql`document.id in (${sql.join(some)}) and ${isShown(user, 'document')}`;
    const { rows } = await selectListed({
      ...{ user, where, limit: some.length, order: NEWEST_FIRST },
    }).execute(db);
    for (const entry of await toEntries(db, user, rows))
      listed.set(entry.document.id, toListed(entry));
  }
  return listed;
}

/** Databases have a limit of values in a statement. */
const READ_AT_ONCE = 500;

/** @returns for each of these people the document in which this one is on their list. */
export async function shownParents(
  db: Database,
  { parent }: Pick<DocumentRow, 'parent'>,
  users: readonly string[],
): Promise<(user: string) => string | null> {
  if (parent === null || users.length === 0) return () => null;
  const listers = new Set(await findListers(db, [parent], users));
  const standingOf = await standingsIn(db, parent);
  return (user) => (listers.has(user) && standingOf(user)?.lifecycle === 'active' ? parent : null);
}

export function toListed({
  document,
  role,
  parent,
  chatRead,
  commentsRead,
  favouriteAt,
  follows,
  isNew,
}: Omit<ListEntry, 'chatHead'>): ListedDocument {
  return {
    id: document.id,
    kind: document.kind,
    title: document.title,
    role,
    parent,
    position: document.position,
    excerpt: document.excerpt,
    createdAt: document.created_at,
    updatedAt: document.updated_at,
    chatRead,
    ...(commentsRead > 0 && { commentsRead }),
    ...(isNew && { isNew }),
    ...(favouriteAt !== null && { favouriteAt }),
    ...(follows !== null && { follows }),
    ...(document.template_at !== null && { isTemplate: true }),
  };
}

async function toEntries(
  db: Database,
  user: string,
  rows: readonly ListRow[],
): Promise<ListEntry[]> {
  const nested = rows.filter(({ parent }) => parent !== null).map(({ id }) => id);
  const inheritedBy = await readInherited(db, user, nested);
  return rows.flatMap((row) => {
    const { shownParent: parent, given, openedAt, favouriteAt, follows, ...rest } = row;
    const { chatRead, chatHead, commentsRead, commentsHead, ...document } = rest;
    const inherited = inheritedBy.get(document.id) ?? NOTHING_INHERITED;
    const role = decideStanding(document, { user, given, inherited })?.role;
    if (role === undefined) return [];
    const listing = {
      chatRead: chatRead ?? chatHead,
      commentsRead: commentsRead ?? commentsHead,
      favouriteAt,
      follows,
      isNew: openedAt === NEVER_OPENED,
    };
    return [{ document, role, parent, chatHead, ...listing }];
  });
}

/** @param entries with one more than a page holds if another page follows */
function toPage(entries: readonly ListEntry[]): {
  readonly documents: ListedDocument[];
  readonly last: ListedDocument | undefined;
} {
  const documents = entries.slice(0, MAX_LIBRARY_PAGE).map(toListed);
  return { documents, last: entries.length > MAX_LIBRARY_PAGE ? documents.at(-1) : undefined };
}
