/** Documents that their owners moved to the trash, and what is left of purged ones. */
import { MAX_TRASH, type TrashedDocument } from '@tandem/protocol';
import { sql } from 'kysely';
import { chatKey, commentsKey, libraryKey, sharingKey, trashKey } from './channel-key.ts';
import { containing } from './documents.ts';
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

/**
 * Deletes what the database has of a document, also from events that are kept for people who return. Its row stays,
 * and keeps the id from being used again (PO4).
 */
export async function purgeMetadata(
  db: Database,
  {
    document,
    owner,
    at,
  }: { readonly document: string; readonly owner: string; readonly at: number },
): Promise<void> {
  await blankEvents(db, { document, owner });
  for (const table of PURGED) await db.deleteFrom(table).where('document', '=', document).execute();
  await db
    .deleteFrom('event')
    .where('channel', 'in', [chatKey(document), commentsKey(document), sharingKey(document)])
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

/** Lists have gapless events, so those of the document stay, without its words. */
async function blankEvents(
  db: Database,
  { document, owner }: { readonly document: string; readonly owner: string },
): Promise<void> {
  const visitors = await db
    .selectFrom('visit')
    .select('user')
    .where('document', '=', document)
    .execute();
  const channels = [
    trashKey(owner),
    libraryKey(owner),
    ...visitors.map(({ user }) => libraryKey(user)),
  ];
  for (let from = 0; from < channels.length; from += CHANNELS_AT_ONCE) {
    const rows = await db
      .selectFrom('event')
      .select(['channel', 'offset', 'data'])
      .where('channel', 'in', channels.slice(from, from + CHANNELS_AT_ONCE))
      .where(sql<boolean>`data like ${containing(`"${document}"`)} escape '\\'`)
      .execute();
    for (const { channel, offset, data } of rows)
      await db
        .updateTable('event')
        .set({ data: JSON.stringify(JSON.parse(data, blank)) })
        .where('channel', '=', channel)
        .where('offset', '=', offset)
        .execute();
  }
}

const PURGED = ['visit', 'member', 'message', 'participant', 'reaction', 'comment_thread'] as const;

const CHANNELS_AT_ONCE = 100;

function blank(name: string, value: unknown): unknown {
  return name === 'title' || name === 'excerpt' ? '' : value;
}
