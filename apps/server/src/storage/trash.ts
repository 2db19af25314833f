/** Documents that their owners moved to the trash, and what is left of purged ones. */
import { MAX_TRASH, type TrashedDocument } from '@tandem/protocol';
import { chatKey, sharingKey } from './channel-key.ts';
import type { Database, DocumentRow } from './tables.ts';

export async function listTrash(db: Database, owner: string): Promise<TrashedDocument[]> {
  const rows = await db
    .selectFrom('document')
    .select(['id', 'kind', 'title', 'excerpt', 'trashed_at as trashedAt'])
    .where('owner', '=', owner)
    .where('trashed_at', 'is not', null)
    .where('purged_at', 'is', null)
    .$narrowType<{ trashedAt: number }>()
    .orderBy('trashed_at', 'desc')
    .orderBy('id')
    .limit(MAX_TRASH)
    .execute();
  return rows;
}

export async function setTrashed(
  db: Database,
  document: string,
  trashedAt: number | null,
): Promise<void> {
  await db
    .updateTable('document')
    .set({ trashed_at: trashedAt })
    .where('id', '=', document)
    .execute();
}

/** Documents that have been in the trash since before `before`, the oldest first. */
export async function findExpiredTrash(
  db: Database,
  before: number,
  limit: number,
): Promise<Pick<DocumentRow, 'id' | 'owner'>[]> {
  return await db
    .selectFrom('document')
    .select(['id', 'owner'])
    .where('trashed_at', '<', before)
    .where('purged_at', 'is', null)
    .orderBy('trashed_at')
    .limit(limit)
    .execute();
}

/** Deletes what the database has of a document. Its row stays, and keeps the id from being used again (PO4). */
export async function purgeMetadata(db: Database, document: string, at: number): Promise<void> {
  for (const table of ['visit', 'member', 'chat_message', 'chat_author', 'chat_reaction'] as const)
    await db.deleteFrom(table).where('document', '=', document).execute();
  await db
    .deleteFrom('event')
    .where('channel', 'in', [chatKey(document), sharingKey(document)])
    .execute();
  await db
    .updateTable('document')
    .set({
      title: '',
      excerpt: '',
      folded_title: '',
      folded_excerpt: '',
      link_access: 'off',
      purged_at: at,
    })
    .where('id', '=', document)
    .execute();
}
