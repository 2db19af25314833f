/** Document metadata. Who has which document on their list is in `visits.ts`, and the lists in `library.ts`. */
import { sql, type Expression, type RawBuilder } from 'kysely';
import { foldText, positionAtTime, type DocumentKind, type LinkAccess } from '@tandem/protocol';
import type { Database } from './tables.ts';
import type { DocumentRow } from './tables/documents.ts';
import type { MessageChannel } from './tables/messages.ts';

export interface NewDocument {
  readonly id: string;
  readonly kind: DocumentKind;
  readonly title: string;
  readonly owner: string | null;
  /** Null: as the document in which it will be. */
  readonly linkAccess?: LinkAccess | null | undefined;
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
      link_access: document.linkAccess === undefined ? 'edit' : document.linkAccess,
      position: positionAtTime(document.at),
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

/** @param at since when it is a template; null: it is none */
export async function setTemplate(db: Database, id: string, at: number | null): Promise<void> {
  await db.updateTable('document').set({ template_at: at }).where('id', '=', id).execute();
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

export function newestMessage(
  document: Expression<string>,
  channel: MessageChannel,
): RawBuilder<number> {
  return sql`coalesce((select max(number) from message where document = ${document} and channel = ${sql.lit(channel)}), 0)`;
}
