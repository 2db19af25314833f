/** Names that people gave to moments of documents. */
import { type HistorySession, MAX_NAMED_VERSIONS, type NamedVersion } from '@tandem/protocol';
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

/** @returns `full` when the document has as many as it may have, `gone` when the row was joined with others (HY12). */
export async function addVersion(
  db: Database,
  { document, by, ...version }: NamedVersion & { readonly document: string },
): Promise<'added' | 'full' | 'gone'> {
  const { count } = await db
    .selectFrom('named_version')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('document', '=', document)
    .executeTakeFirstOrThrow();
  if (Number(count) >= MAX_NAMED_VERSIONS) return 'full';
  if (!(await isMoment(db, document, version.offset))) return 'gone';
  await db
    .insertInto('named_version')
    .values({ document, ...version, user: by })
    .execute();
  return 'added';
}

/** After thinning, the moments are the ends of the sessions, and those that had a name. */
async function isMoment(db: Database, document: string, offset: number): Promise<boolean> {
  const thinned = await db
    .selectFrom('history')
    .select(['to_offset', 'sessions'])
    .where('document', '=', document)
    .where('to_offset', '>=', offset)
    .where('from_offset', '<=', offset)
    .where('thinned_at', 'is not', null)
    .executeTakeFirst();
  if (thinned === undefined) return true;
  const sessions = JSON.parse(thinned.sessions) as readonly HistorySession[];
  if (thinned.to_offset === offset || sessions.some(({ to }) => to === offset)) return true;
  const named = await db
    .selectFrom('named_version')
    .select('id')
    .where('document', '=', document)
    .where('offset', '=', offset)
    .executeTakeFirst();
  return named !== undefined;
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
