/** What is known of a document beside its text, and whose lists it is on. */
import type { DocumentKind } from '@tandem/protocol';
import { SAME_VISIT_MS } from '../limits.ts';
import type { Database, DocumentRow, LinkAccess } from './tables.ts';

/** A person's list shows this many. */
export const MAX_LISTED_DOCUMENTS = 500;

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

/** The documents on a user's list, last changed first. */
export async function listDocuments(db: Database, user: string): Promise<DocumentRow[]> {
  return await db
    .selectFrom('visit')
    .innerJoin('document', 'document.id', 'visit.document')
    .selectAll('document')
    .where('visit.user', '=', user)
    .orderBy('document.updated_at', 'desc')
    .orderBy('document.id')
    .limit(MAX_LISTED_DOCUMENTS)
    .execute();
}

/** Puts a document on a user's list. Soon after another visit it writes nothing, so that reconnecting costs no disk. */
export async function visitDocument(
  db: Database,
  visit: { readonly user: string; readonly document: string; readonly at: number },
): Promise<void> {
  const before = await db
    .selectFrom('visit')
    .select('opened_at')
    .where('user', '=', visit.user)
    .where('document', '=', visit.document)
    .executeTakeFirst();
  if (before !== undefined && visit.at - before.opened_at < SAME_VISIT_MS) return;
  await db
    .insertInto('visit')
    .values({ user: visit.user, document: visit.document, opened_at: visit.at })
    .onConflict((conflict) =>
      conflict.columns(['user', 'document']).doUpdateSet({ opened_at: visit.at }),
    )
    .execute();
}

/** Takes a document off a user's list; the document stays. */
export async function forgetVisit(
  db: Database,
  visit: { readonly user: string; readonly document: string },
): Promise<void> {
  await db
    .deleteFrom('visit')
    .where('user', '=', visit.user)
    .where('document', '=', visit.document)
    .execute();
}

/** Undefined when there is no such document. */
export async function renameDocument(
  db: Database,
  id: string,
  change: { readonly title: string; readonly at: number },
): Promise<DocumentRow | undefined> {
  return await db
    .updateTable('document')
    .set({ title: change.title, updated_at: change.at })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** After the text has changed. Never moves `updated_at` back. */
export async function refreshDocument(
  db: Database,
  id: string,
  change: { readonly excerpt: string; readonly at: number },
): Promise<void> {
  await db
    .updateTable('document')
    .set((eb) => ({
      excerpt: change.excerpt,
      updated_at: eb
        .case()
        .when('updated_at', '>', change.at)
        .then(eb.ref('updated_at'))
        .else(change.at)
        .end(),
    }))
    .where('id', '=', id)
    .execute();
}
