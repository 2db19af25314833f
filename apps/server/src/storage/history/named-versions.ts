/** Names that people gave to moments of documents. */
import { MAX_NAMED_VERSIONS, type NamedVersion } from '@tandem/protocol';
import type { Database } from '../tables.ts';

export async function listVersions(db: Database, document: string): Promise<NamedVersion[]> {
  return await db
    .selectFrom('named_version')
    .select(['id', 'offset', 'title', 'user as by', 'at'])
    .where('document', '=', document)
    .orderBy('offset', 'desc')
    .orderBy('id', 'desc')
    .limit(MAX_NAMED_VERSIONS)
    .execute();
}

/** @returns `full` when the document has as many as it may have. */
export async function addVersion(
  db: Database,
  { document, by, ...version }: NamedVersion & { readonly document: string },
): Promise<'added' | 'full'> {
  const { count } = await db
    .selectFrom('named_version')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('document', '=', document)
    .executeTakeFirstOrThrow();
  if (Number(count) >= MAX_NAMED_VERSIONS) return 'full';
  await db
    .insertInto('named_version')
    .values({ document, ...version, user: by })
    .execute();
  return 'added';
}

interface VersionId {
  readonly document: string;
  readonly id: string;
}

/** @returns false when there is no such version. */
export async function renameVersion(
  db: Database,
  { document, id, title }: VersionId & { readonly title: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('named_version')
    .set({ title })
    .where('document', '=', document)
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @returns false when there is no such version. */
export async function deleteVersion(db: Database, { document, id }: VersionId): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('named_version')
    .where('document', '=', document)
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
