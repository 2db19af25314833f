/**
 * Rows of uploaded files. A row comes before its bytes and goes after them, so that bytes without a row do not
 * exist, and nothing has to list them.
 */
import { sql } from 'kysely';
import type { FileType } from '@tandem/protocol';
import { compiledQuery } from './compiled-query.ts';
import type { Database } from './tables.ts';
import type { FileRow } from './tables/documents.ts';

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

/** The stored files of this id, which other documents got by copies of the first (FI12). */
export async function findCopies(
  db: Database,
  id: string,
  limit: number,
): Promise<StoredFileRow[]> {
  const rows = await db
    .selectFrom('file')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', sql.lit('stored'))
    .orderBy('created_at')
    .limit(limit)
    .execute();
  return rows as StoredFileRow[];
}

export interface FileSelection {
  readonly document: string;
  /** Null: of everybody. */
  readonly by: string | null;
}

/** The newest files, by their ids. */
export async function listFiles(
  db: Database,
  { document, by }: FileSelection,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<StoredFileRow[]> {
  let query = db
    .selectFrom('file')
    .selectAll()
    .where('document', '=', document)
    .where('state', '=', sql.lit('stored'));
  if (by !== null) query = query.where('created_by', '=', by);
  if (before !== null) query = query.where('id', '<', before);
  return (await query.orderBy('id', 'desc').limit(limit).execute()) as StoredFileRow[];
}

export async function countFiles(
  db: Database,
  { document, by }: FileSelection,
): Promise<{ readonly count: number; readonly bytes: number }> {
  let query = db
    .selectFrom('file')
    .select(({ fn }) => [
      fn.countAll<number | string>().as('count'),
      fn.sum<number | string | null>('size').as('bytes'),
    ])
    .where('document', '=', document)
    .where('state', '=', sql.lit('stored'));
  if (by !== null) query = query.where('created_by', '=', by);
  const { count, bytes } = await query.executeTakeFirstOrThrow();
  return { count: Number(count), bytes: Number(bytes ?? 0) };
}

/** Whether a person has deleted this file, as far as that is remembered. */
export async function wasDeleted(
  db: Database,
  { document, id }: Pick<NewFile, 'document' | 'id'>,
): Promise<boolean> {
  const row = await db
    .selectFrom('file')
    .select('key')
    .where('document', '=', document)
    .where('id', '=', id)
    .where('state', '=', 'tombstone')
    .executeTakeFirst();
  return row !== undefined;
}

export interface DeletedFile {
  readonly file: StoredFileRow;
  /** Of the tombstone; no bytes have it. */
  readonly tombstoneKey: string;
  readonly at: number;
  /** Of the document; older ones are forgotten. */
  readonly maxTombstones: number;
}

/** Frees the quotas; the bytes are to be deleted next. */
export async function deleteFile(
  db: Database,
  { file, tombstoneKey, at, maxTombstones }: DeletedFile,
): Promise<void> {
  const { key, document, id, name, created_by } = file;
  await db.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('file')
      .set({ state: 'deleted' })
      .where('key', '=', key)
      .where('state', '=', 'stored')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await transaction
      .insertInto('file')
      .values({
        key: tombstoneKey,
        state: 'tombstone',
        ...{ document, id, name, created_by, size: 0, created_at: at },
      })
      .execute();
    const tooMany = await transaction
      .selectFrom('file')
      .select('key')
      .where('document', '=', document)
      .where('state', '=', 'tombstone')
      .orderBy('created_at', 'desc')
      .orderBy('key')
      .limit(maxTombstones)
      .offset(maxTombstones)
      .execute();
    if (tooMany.length > 0)
      await transaction
        .deleteFrom('file')
        .where(
          'key',
          'in',
          tooMany.map((row) => row.key),
        )
        .execute();
  });
}

export interface FileQuotas {
  readonly bytesPerDocument: number;
  readonly bytesPerUser: number;
  readonly filesPerDocument: number;
  readonly filesPerUser: number;
  /** A smaller file counts as so many bytes, since a disk gives it as many. */
  readonly blockBytes: number;
}

export type Reservation =
  | 'reserved'
  | 'document-full'
  | 'user-full'
  /** Full if all that is being uploaded is stored. */
  | 'pending';

/**
 * Counts towards the quotas from now on. Uploads that begin at once on several nodes may pass a quota together. What the
 * same person has under the same id does not count: this upload is another attempt, and one of both is stored.
 */
export async function reserveFile(
  db: Database,
  { key, document, id, name, size, user, at }: NewFile,
  quotas: FileQuotas,
): Promise<Reservation> {
  const counted = Math.max(size, quotas.blockBytes);
  return await db.transaction().execute(async (transaction) => {
    const used = async (column: 'document' | 'created_by', most: FileUse) => {
      const value = column === 'document' ? document : user;
      const other = { document, id, user };
      const { stored, uploading } = await usedBy(transaction, { column, value, other }, quotas);
      if (!fits(stored, counted, most))
        return column === 'document' ? 'document-full' : 'user-full';
      return fits(sum(stored, uploading), counted, most) ? null : 'pending';
    };
    const refusal =
      (await used('document', {
        bytes: quotas.bytesPerDocument,
        files: quotas.filesPerDocument,
      })) ?? (await used('created_by', { bytes: quotas.bytesPerUser, files: quotas.filesPerUser }));
    if (refusal !== null) return refusal;
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

/** Bytes that uploads since a time may still bring, on all nodes. */
export async function pledgedBytes(db: Database, since: number): Promise<number> {
  const { bytes } = await db
    .selectFrom('file')
    .select(({ fn }) => fn.sum<number | string | null>('size').as('bytes'))
    // As the index says it.
    .where('state', '!=', sql.lit('stored'))
    .where('state', '=', 'uploading')
    .where('created_at', '>=', since)
    .executeTakeFirstOrThrow();
  return Number(bytes ?? 0);
}

export interface StoredBytes extends Pick<NewFile, 'key' | 'document' | 'id'> {
  /** Key of the stored file of this id whose bytes were lost. */
  readonly lost: string | null;
}

/** @returns the stored file of this id, which is another one where an earlier upload was faster. */
export async function storeFile(
  db: Database,
  { key, document, id, lost }: StoredBytes,
  content: FileContent,
): Promise<StoredFileRow | null> {
  return await db.transaction().execute(async (transaction) => {
    // Another upload of it was stored and deleted meanwhile.
    if (await wasDeleted(transaction, { document, id })) return null;
    const earlier = await findFile(transaction, { document, id });
    const isReplaced = earlier !== null && earlier.key === lost && earlier.hash === content.hash;
    if (earlier !== null && !isReplaced) return earlier;
    if (isReplaced)
      await transaction
        .updateTable('file')
        .set({ state: 'deleted' })
        .where('key', '=', earlier.key)
        .execute();
    const stored = await transaction
      .updateTable('file')
      .set({ ...content, state: 'stored' })
      .where('key', '=', key)
      .where('state', '=', 'uploading')
      .returningAll()
      .executeTakeFirst();
    if (stored === undefined && isReplaced) throw new Error('the upload has ended meanwhile');
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

interface FileUse {
  readonly bytes: number;
  readonly files: number;
}

const NOTHING: FileUse = { bytes: 0, files: 0 };

const sum = (one: FileUse, other: FileUse): FileUse => ({
  bytes: one.bytes + other.bytes,
  files: one.files + other.files,
});

function fits(used: FileUse, bytes: number, most: FileUse): boolean {
  return used.bytes + bytes <= most.bytes && used.files + 1 <= most.files;
}

async function usedBy(
  db: Database,
  {
    column,
    value,
    other,
  }: {
    readonly column: 'document' | 'created_by';
    readonly value: string;
    /** Not counted. */
    readonly other: Pick<NewFile, 'document' | 'id' | 'user'>;
  },
  { blockBytes }: FileQuotas,
): Promise<{ readonly stored: FileUse; readonly uploading: FileUse }> {
  const rows = await db
    .selectFrom('file')
    .select(({ fn }) => [
      'state',
      fn.countAll<number | string>().as('files'),
      sql<number | string>`sum(case when size < ${blockBytes} then ${blockBytes} else size end)`.as(
        'bytes',
      ),
    ])
    .where(column, '=', value)
    .where('state', '!=', 'deleted')
    .where(({ not, and, eb }) =>
      not(
        and([
          eb('document', '=', other.document),
          eb('id', '=', other.id),
          eb('created_by', '=', other.user),
        ]),
      ),
    )
    .groupBy('state')
    .execute();
  // Postgres counts and sums to numbers that arrive as text.
  const use = (state: string): FileUse => {
    const row = rows.find((each) => each.state === state);
    return row === undefined ? NOTHING : { bytes: Number(row.bytes), files: Number(row.files) };
  };
  return { stored: use('stored'), uploading: use('uploading') };
}
