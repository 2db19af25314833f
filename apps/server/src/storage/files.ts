/**
 * Rows of uploaded files. A row comes before its bytes and goes after them, so that bytes without a row do not
 * exist, and nothing has to list them.
 */
import { sql } from 'kysely';
import type { FileType } from '@tandem/protocol';
import { compiledQuery } from './compiled-query.ts';
import type { Database, FileRow } from './tables.ts';

export interface NewFile {
  readonly key: string;
  readonly document: string;
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly user: string;
  readonly at: number;
}

export interface FileContent {
  readonly hash: string;
  readonly type: FileType;
  readonly width: number | null;
  readonly height: number | null;
}

export interface StoredFileRow extends Omit<FileRow, 'hash' | 'type'> {
  readonly hash: string;
  readonly type: FileType;
}

export interface FileQuotas {
  readonly bytesPerDocument: number;
  readonly bytesPerUser: number;
}

/** Counts towards the quotas from now on. Uploads that begin at once on several nodes may pass a quota together. */
export async function reserveFile(
  db: Database,
  { key, document, id, name, size, user, at }: NewFile,
  quotas: FileQuotas,
): Promise<'reserved' | 'document-full' | 'user-full'> {
  return await db.transaction().execute(async (transaction) => {
    const ofDocument = await usedBytes(transaction, 'document', document);
    if (ofDocument + size > quotas.bytesPerDocument) return 'document-full';
    const ofUser = await usedBytes(transaction, 'created_by', user);
    if (ofUser + size > quotas.bytesPerUser) return 'user-full';
    await transaction
      .insertInto('file')
      .values({
        key,
        document,
        id,
        name,
        size,
        state: 'uploading',
        created_by: user,
        created_at: at,
      })
      .execute();
    return 'reserved';
  });
}

/** @returns the stored file of this id, which is another one where an earlier upload was faster. */
export async function storeFile(
  db: Database,
  { key, document, id }: Pick<NewFile, 'key' | 'document' | 'id'>,
  content: FileContent,
): Promise<StoredFileRow | null> {
  return await db.transaction().execute(async (transaction) => {
    const earlier = await findFile(transaction, { document, id });
    if (earlier !== null) return earlier;
    const stored = await transaction
      .updateTable('file')
      .set({ ...content, state: 'stored' })
      .where('key', '=', key)
      .where('state', '=', 'uploading')
      .returningAll()
      .executeTakeFirst();
    return (stored as StoredFileRow | undefined) ?? null;
  });
}

const storedFile = compiledQuery((db, document: string, id: string) =>
  db
    .selectFrom('file')
    .selectAll()
    .where('document', '=', document)
    .where('id', '=', id)
    .where('state', '=', sql.lit('stored')),
);

export async function findFile(
  db: Database,
  { document, id }: Pick<NewFile, 'document' | 'id'>,
): Promise<StoredFileRow | null> {
  const [row] = await storedFile(db, document, id);
  return (row as StoredFileRow | undefined) ?? null;
}

/** Frees the quotas; the bytes are to be deleted next. */
export async function discardFile(db: Database, key: string): Promise<void> {
  await db.updateTable('file').set({ state: 'deleted' }).where('key', '=', key).execute();
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
    .where('state', '=', 'stored')
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

/** Remembers since when nothing has referred to a file, and discards those that nobody can bring back any more. */
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

/** Keys of discarded files, and of uploads that nobody can be waiting for. */
export async function listDiscarded(
  db: Database,
  { uploadsBefore, limit }: { readonly uploadsBefore: number; readonly limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('file')
    .select('key')
    .where('state', '!=', sql.lit('stored'))
    .where((where) =>
      where.or([where('state', '=', 'deleted'), where('created_at', '<', uploadsBefore)]),
    )
    .orderBy('created_at')
    .limit(limit)
    .execute();
  return rows.map(({ key }) => key);
}

export async function forgetFile(db: Database, key: string): Promise<void> {
  await db.deleteFrom('file').where('key', '=', key).where('state', '!=', 'stored').execute();
}

async function usedBytes(
  db: Database,
  column: 'document' | 'created_by',
  value: string,
): Promise<number> {
  const { bytes } = await db
    .selectFrom('file')
    .select(({ fn }) => fn.sum<number | string | null>('size').as('bytes'))
    .where(column, '=', value)
    .where('state', '!=', 'deleted')
    .executeTakeFirstOrThrow();
  // Postgres sums to a decimal, which arrives as text.
  return Number(bytes ?? 0);
}
