/** What is known of a document beside its text, and whose lists it is on. */
import { sql, type Expression, type RawBuilder } from 'kysely';
import {
  MAX_LISTED_DOCUMENTS,
  type DocumentKind,
  type LinkAccess,
  type ListedDocument,
  type Role,
} from '@tandem/protocol';
import { MAX_TOLD_LIBRARIES, SAME_VISIT_MS } from '../limits.ts';
import { decideRole } from './roles.ts';
import type { Database, DocumentRow } from './tables.ts';

export interface NewDocument {
  readonly id: string;
  readonly kind: DocumentKind;
  readonly title: string;
  /** Null for what a stock client creates under a name of its own. */
  readonly owner: string | null;
  readonly linkAccess?: LinkAccess | undefined;
  readonly excerpt?: string | undefined;
  readonly at: number;
}

/** Repeating it with the same id changes nothing and gives the document as it is. */
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

/** A document on the list of somebody who may see it. */
export interface ListEntry {
  readonly document: DocumentRow;
  readonly role: Role;
  /** The numbers of the newest chat message that this person has seen, and of the newest that there is. */
  readonly chatRead: number;
  readonly chatHead: number;
}

/** The documents on a user's list, last changed first, without those that the user may no longer see. */
export async function listDocuments(db: Database, user: string): Promise<ListEntry[]> {
  const rows = await db
    .selectFrom('visit')
    .innerJoin('document', 'document.id', 'visit.document')
    .leftJoin('member', (join) =>
      join.onRef('member.document', '=', 'visit.document').onRef('member.user', '=', 'visit.user'),
    )
    .selectAll('document')
    .select((eb) => [
      'visit.chat_read as chatRead',
      'member.role as given',
      newestMessage(eb.ref('visit.document')).as('chatHead'),
    ])
    .where('visit.user', '=', user)
    .where((eb) =>
      eb.or([
        eb('document.owner', '=', user),
        eb('document.link_access', '!=', 'off'),
        eb('member.role', 'is not', null),
      ]),
    )
    .orderBy('document.updated_at', 'desc')
    .orderBy('document.id')
    .limit(MAX_LISTED_DOCUMENTS)
    .execute();
  return rows.flatMap(({ chatRead, chatHead, given, ...document }) => {
    const role = decideRole(document, { user, given });
    return role === null ? [] : [{ document, role, chatRead, chatHead }];
  });
}

/** As a person's list shows it. */
export function toListed({
  document,
  role,
  chatRead,
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
  };
}

export interface Visit {
  readonly user: string;
  readonly document: string;
  readonly at: number;
}

/** Whether a visit at this moment is a part of the last one, and needs no note. */
export async function isSameVisit(db: Database, { user, document, at }: Visit): Promise<boolean> {
  const before = await db
    .selectFrom('visit')
    .select('opened_at')
    .where('user', '=', user)
    .where('document', '=', document)
    .executeTakeFirst();
  return before !== undefined && at - before.opened_at < SAME_VISIT_MS;
}

/**
 * Puts a document on a user's list; whoever comes for the first time has nothing in the chat to catch up with.
 *
 * @returns how far this person has read the chat, and whether the document was on the list before.
 */
export async function visitDocument(
  db: Database,
  { user, document, at }: Visit,
): Promise<{ readonly kind: 'first' | 'again'; readonly chatRead: number }> {
  const before = await db
    .updateTable('visit')
    .set({ opened_at: at })
    .where('user', '=', user)
    .where('document', '=', document)
    .returning('chat_read')
    .executeTakeFirst();
  if (before !== undefined) return { kind: 'again', chatRead: before.chat_read };
  const { chat_read: chatRead } = await db
    .insertInto('visit')
    .values({ user, document, opened_at: at, chat_read: newestMessage(sql.val(document)) })
    .returning('chat_read')
    .executeTakeFirstOrThrow();
  return { kind: 'first', chatRead };
}

/** Takes a document off a user's list; the document stays. @returns whether it was there. */
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

/** How far a person has read the chat; undefined when the document is not on their list. */
export async function findChatRead(
  db: Database,
  { user, document }: { readonly user: string; readonly document: string },
): Promise<number | undefined> {
  const row = await db
    .selectFrom('visit')
    .select('chat_read')
    .where('user', '=', user)
    .where('document', '=', document)
    .executeTakeFirst();
  return row?.chat_read;
}

/** Who has a document on their list: those who opened it last, at most `MAX_TOLD_LIBRARIES`. */
export async function findVisitors(
  db: Database,
  document: string,
): Promise<{ readonly user: string; readonly chatRead: number }[]> {
  return await db
    .selectFrom('visit')
    .select(['user', 'chat_read as chatRead'])
    .where('document', '=', document)
    .orderBy('opened_at', 'desc')
    .orderBy('user')
    .limit(MAX_TOLD_LIBRARIES)
    .execute();
}

/** Never moves `updated_at` back; neither does what follows. */
export async function renameDocument(
  db: Database,
  id: string,
  change: { readonly title: string; readonly at: number },
): Promise<void> {
  await db
    .updateTable('document')
    .set({ title: change.title, updated_at: later(change.at) })
    .where('id', '=', id)
    .execute();
}

/** After the text has changed. @returns when the document was changed last; undefined when it is not there. */
export async function refreshDocument(
  db: Database,
  id: string,
  change: { readonly excerpt: string; readonly at: number },
): Promise<number | undefined> {
  const row = await db
    .updateTable('document')
    .set({ excerpt: change.excerpt, updated_at: later(change.at) })
    .where('id', '=', id)
    .returning('updated_at')
    .executeTakeFirst();
  return row?.updated_at;
}

function later(at: number): RawBuilder<number> {
  return sql`iif(updated_at > ${at}, updated_at, ${at})`;
}

/** The number of a document's newest chat message; 0 when nothing was said. */
function newestMessage(document: Expression<string>): RawBuilder<number> {
  return sql`coalesce((select max(number) from chat_message where document = ${document}), 0)`;
}
