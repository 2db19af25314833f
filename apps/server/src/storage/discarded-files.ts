/** Files that nobody needs any more: which they are, and what is left of them until their bytes are deleted. */
import { sql } from 'kysely';
import type { Database } from './tables.ts';

/** Frees the quotas, unless the file is stored. @returns whether its bytes are to be deleted */
export async function discardUpload(db: Database, key: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('file')
    .set({ state: 'deleted' })
    .where('key', '=', key)
    .where('state', 'in', ['uploading', 'deleted'])
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return true;
  const row = await db.selectFrom('file').select('key').where('key', '=', key).executeTakeFirst();
  return row === undefined;
}

export async function discardFilesOf(db: Database, document: string): Promise<void> {
  await db
    .updateTable('file')
    .set({ state: 'deleted' })
    .where('document', '=', document)
    .where('state', '!=', 'deleted')
    .execute();
}

/** Files of documents that do not exist any more, such as those of uploads that ended after a purge. */
export async function discardFilesWithoutDocument(db: Database): Promise<void> {
  await db
    .updateTable('file')
    .set({ state: 'deleted' })
    .where('state', 'in', ['stored', 'tombstone'])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('document')
            .select('document.id')
            .whereRef('document.id', '=', 'file.document')
            .where('document.purged_at', 'is', null),
        ),
      ),
    )
    .execute();
}

/** Documents with stored files, by their ids. */
export async function listDocumentsWithFiles(
  db: Database,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('file')
    .select('document')
    .distinct()
    .where('document', '>', after)
    .where('state', '=', 'stored')
    .orderBy('document')
    .limit(limit)
    .execute();
  return rows.map(({ document }) => document);
}

export interface ReferenceCheck {
  readonly document: string;
  /** Ids of files. */
  readonly referenced: ReadonlySet<string>;
  readonly at: number;
  /** Files to which nothing has referred since before this time are discarded. */
  readonly before: number;
}

/** @returns the ids of files of a document. */
export async function listStoredFiles(db: Database, document: string): Promise<string[]> {
  const rows = await db
    .selectFrom('file')
    .select('id')
    .where('document', '=', document)
    .where('state', '=', 'stored')
    .execute();
  return rows.map(({ id }) => id);
}

/** Remembers since when nothing has referred to a file, and discards those that nobody can bring back any more. */
export async function noteReferences(
  db: Database,
  { document, referenced, at, before }: ReferenceCheck,
): Promise<void> {
  const rows = await db
    .selectFrom('file')
    .select(['key', 'id', 'unreferenced_at'])
    .where('document', '=', document)
    .where('state', '=', 'stored')
    .execute();
  for (const { key, id, unreferenced_at: since } of rows) {
    const isReferenced = referenced.has(id);
    const row = db.updateTable('file').where('key', '=', key).where('state', '=', 'stored');
    if (isReferenced && since !== null) await row.set({ unreferenced_at: null }).execute();
    if (!isReferenced && since === null) await row.set({ unreferenced_at: at }).execute();
    if (!isReferenced && since !== null && since < before)
      await row.set({ state: 'deleted' }).execute();
  }
}

export interface DiscardedFiles {
  /** Null: of all documents. */
  readonly document: string | null;
  /** Uploads that began before this time are over. */
  readonly uploadsBefore: number;
  readonly after: string;
  readonly limit: number;
}

/**
 * Keys of discarded files, and of uploads that nobody can be waiting for, by their keys. A discarded one that was never
 * stored may still be arriving, until its time is over.
 */
export async function listDiscarded(
  db: Database,
  { document, uploadsBefore, after, limit }: DiscardedFiles,
): Promise<string[]> {
  let query = db
    .selectFrom('file')
    .select('key')
    .where('state', '!=', sql.lit('stored'))
    .where('state', '!=', 'tombstone')
    .where((where) =>
      where.or([
        where('created_at', '<', uploadsBefore),
        where.and([where('state', '=', 'deleted'), where('hash', 'is not', null)]),
      ]),
    )
    .where('key', '>', after);
  if (document !== null) query = query.where('document', '=', document);
  const rows = await query.orderBy('key').limit(limit).execute();
  return rows.map(({ key }) => key);
}

export async function forgetFile(db: Database, key: string): Promise<void> {
  await db.deleteFrom('file').where('key', '=', key).where('state', '!=', 'stored').execute();
}
