/** Document metadata and the lists that documents are on. */
import { sql, type Expression, type RawBuilder } from 'kysely';
import {
  foldText,
  MAX_LIBRARY_PAGE,
  searchWords,
  type DocumentKind,
  type LibraryPage,
  type LibraryPlace,
  type LinkAccess,
  type ListedDocument,
  type Role,
} from '@tandem/protocol';
import { LIBRARY, VISITS } from '../limits.ts';
import { compiledQuery } from './compiled-query.ts';
import { decideStanding } from './roles.ts';
import type { Database, DocumentRow, MessageChannel } from './tables.ts';

export interface NewDocument {
  readonly id: string;
  readonly kind: DocumentKind;
  readonly title: string;
  readonly owner: string | null;
  readonly linkAccess?: LinkAccess | undefined;
  readonly excerpt?: string | undefined;
  readonly at: number;
}

export async function createDocument(
  db: Database,
  document: NewDocument,
): Promise<{ readonly kind: 'created' | 'exists'; readonly document: DocumentRow }> {
  const created = await db
    .insertInto('document')
    .values({
      id: document.id,
      kind: document.kind,
      title: document.title,
      owner: document.owner,
      link_access: document.linkAccess ?? 'edit',
      excerpt: document.excerpt ?? '',
      folded_title: foldText(document.title),
      folded_excerpt: foldText(document.excerpt ?? ''),
      created_at: document.at,
      updated_at: document.at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (created !== undefined) return { kind: 'created', document: created };
  const existing = await db
    .selectFrom('document')
    .selectAll()
    .where('id', '=', document.id)
    .executeTakeFirstOrThrow();
  return { kind: 'exists', document: existing };
}

export async function findDocument(db: Database, id: string): Promise<DocumentRow | undefined> {
  return await db.selectFrom('document').selectAll().where('id', '=', id).executeTakeFirst();
}

/** `opened_at` of a shared document that its user has not opened yet. */
export const NEVER_OPENED = 0;

export interface Listing {
  readonly chatRead: number;
  readonly commentsRead: number;
  readonly isNew: boolean;
}

export interface ListEntry extends Listing {
  readonly document: DocumentRow;
  readonly role: Role;
  readonly chatHead: number;
}

export interface ListOptions {
  readonly after?: LibraryPlace | null | undefined;
  readonly search?: string | undefined;
  readonly limit?: number | undefined;
}

function listQuery(
  db: Database,
  {
    user,
    limit,
    after,
    words = [],
  }: {
    readonly user: string;
    readonly limit: number;
    readonly after?: LibraryPlace | null | undefined;
    readonly words?: readonly string[];
  },
) {
  // The outer query reads the chat heads only for the documents on the page.
  return db
    .selectFrom((eb) =>
      eb
        .selectFrom('visit')
        .innerJoin('document', 'document.id', 'visit.document')
        .leftJoin('member', (join) =>
          join
            .onRef('member.document', '=', 'visit.document')
            .onRef('member.user', '=', 'visit.user'),
        )
        .selectAll('document')
        .select([
          'visit.chat_read as chatRead',
          'visit.comments_read as commentsRead',
          'visit.opened_at as openedAt',
          'member.role as given',
        ])
        .where('visit.user', '=', user)
        .where('document.trashed_at', 'is', null)
        .where((or) =>
          or.or([
            or('document.owner', '=', user),
            or('document.link_access', '!=', 'off'),
            or('member.role', 'is not', null),
          ]),
        )
        .where((and) =>
          and.and(
            words.map(
              (word) =>
                sql<boolean>`document.folded_title || ' ' || document.folded_excerpt like ${containing(word)} escape '\\'`,
            ),
          ),
        )
        .$if(after != null, (page) =>
          page.where(({ eb: is, or, and }) =>
            or([
              is('document.updated_at', '<', after?.updatedAt ?? 0),
              and([
                is('document.updated_at', '=', after?.updatedAt ?? 0),
                is('document.id', '>', after?.id ?? ''),
              ]),
            ]),
          ),
        )
        .orderBy('document.updated_at', 'desc')
        .orderBy('document.id')
        .limit(limit)
        .as('listed'),
    )
    .selectAll()
    .select((eb) => newestMessage(eb.ref('listed.id'), 'chat').as('chatHead'))
    .orderBy('updated_at', 'desc')
    .orderBy('id');
}

const firstPage = compiledQuery((db, user: string, limit: number) =>
  listQuery(db, { user, limit }),
);

export async function listDocuments(
  db: Database,
  user: string,
  { after, search = '', limit = MAX_LIBRARY_PAGE }: ListOptions = {},
): Promise<ListEntry[]> {
  const words = searchWords(search);
  const rows =
    after == null && words.length === 0
      ? await firstPage(db, user, limit)
      : await listQuery(db, { user, limit, after, words }).execute();
  return rows.flatMap(({ chatRead, commentsRead, chatHead, openedAt, given, ...document }) => {
    const role = decideStanding(document, { user, given })?.role;
    const isNew = openedAt === NEVER_OPENED;
    return role === undefined ? [] : [{ document, role, chatRead, commentsRead, chatHead, isNew }];
  });
}

export async function readLibraryPage(
  db: Database,
  user: string,
  options: Omit<ListOptions, 'limit'> = {},
): Promise<LibraryPage> {
  // One more entry shows whether another page follows.
  const entries = await listDocuments(db, user, { ...options, limit: MAX_LIBRARY_PAGE + 1 });
  const documents = entries.slice(0, MAX_LIBRARY_PAGE).map(toListed);
  const last = entries.length > MAX_LIBRARY_PAGE ? documents.at(-1) : undefined;
  return {
    documents,
    next: last === undefined ? null : { updatedAt: last.updatedAt, id: last.id },
  };
}

export function toListed({
  document,
  role,
  chatRead,
  commentsRead,
  isNew,
}: Omit<ListEntry, 'chatHead'>): ListedDocument {
  return {
    id: document.id,
    kind: document.kind,
    title: document.title,
    role,
    excerpt: document.excerpt,
    createdAt: document.created_at,
    updatedAt: document.updated_at,
    chatRead,
    ...(commentsRead > 0 && { commentsRead }),
    ...(isNew && { isNew }),
  };
}

export interface Visit {
  readonly user: string;
  readonly document: string;
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
  return added ?? { chatRead: 0, commentsRead: 0 };
}

export async function forgetVisit(
  db: Database,
  visit: { readonly user: string; readonly document: string },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('visit')
    .where('user', '=', visit.user)
    .where('document', '=', visit.document)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

const READ = ['chat_read as chatRead', 'comments_read as commentsRead'] as const;

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

export async function findVisitors(
  db: Database,
  document: string,
): Promise<(Listing & { readonly user: string })[]> {
  const rows = await db
    .selectFrom('visit')
    .select(['user', ...READ, 'opened_at as openedAt'])
    .where('document', '=', document)
    .orderBy('opened_at', 'desc')
    .orderBy('user')
    .limit(LIBRARY.maxNotifiedLibraries)
    .execute();
  return rows.map(({ openedAt, ...row }) => ({ ...row, isNew: openedAt === NEVER_OPENED }));
}

export async function findListers(
  db: Database,
  documents: readonly string[],
  users: readonly string[],
): Promise<string[]> {
  const rows = await db
    .selectFrom('visit')
    .select('user')
    .distinct()
    .where('document', 'in', documents)
    .where('user', 'in', users)
    .execute();
  return rows.map(({ user }) => user);
}

export async function renameDocument(
  db: Database,
  id: string,
  change: { readonly title: string; readonly at: number },
): Promise<void> {
  await db
    .updateTable('document')
    .set({
      title: change.title,
      folded_title: foldText(change.title),
      updated_at: later(change.at),
    })
    .where('id', '=', id)
    .execute();
}

export interface DocumentChange {
  readonly id: string;
  readonly excerpt: string;
  readonly at: number;
}

/** Never moves `updated_at` back. @returns the `updated_at` of each existing document. */
export async function refreshDocuments(
  db: Database,
  changes: readonly DocumentChange[],
): Promise<readonly { readonly id: string; readonly at: number }[]> {
  if (changes.length === 0) return [];
  const values = sql.join(
    changes.map(
      ({ id, excerpt, at }) =>
        sql`(${id}, ${excerpt}, ${foldText(excerpt)}, cast(${at} as bigint))`,
    ),
  );
  const { rows } = await sql<{ readonly id: string; readonly at: number }>`
    with change (id, excerpt, folded, at) as (values ${values})
    update document
    set excerpt = change.excerpt, folded_excerpt = change.folded, updated_at = case when updated_at > change.at then updated_at else change.at end
    from change where document.id = change.id and document.purged_at is null
    returning document.id as id, updated_at as at`.execute(db);
  return rows;
}

function later(at: number): RawBuilder<number> {
  return sql`case when updated_at > ${at} then updated_at else ${at} end`;
}

/** A pattern of `like`. Texts are folded, so that the letters' case does not matter. */
export function containing(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

function newestMessage(document: Expression<string>, channel: MessageChannel): RawBuilder<number> {
  return sql`coalesce((select max(number) from message where document = ${document} and channel = ${sql.lit(channel)}), 0)`;
}
