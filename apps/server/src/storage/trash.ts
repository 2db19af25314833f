/** Documents that their owners moved to the trash, and what is left of purged ones. */
import { MAX_TRASH, type TrashedDocument } from '@tandem/protocol';
import type { ExpressionBuilder } from 'kysely';
import { blankEvents } from './blanked-events.ts';
import {
  chatKey,
  commentsKey,
  inboxKey,
  libraryKey,
  sharingKey,
  trashKey,
  versionsKey,
  type ChannelKey,
} from './channel-key.ts';
import { moveToTop, readAncestors } from './document-tree.ts';
import { discardFilesOf } from './discarded-files.ts';
import type { Database, Tables } from './tables.ts';
import type { DocumentRow } from './tables/documents.ts';

export async function listTrash(db: Database, owner: string): Promise<TrashedDocument[]> {
  const rows = await db
    .selectFrom('document')
    .select(['id', 'kind', 'title', 'excerpt', 'trashed_at as trashedAt'])
    .where(({ or, eb, selectFrom }) =>
      or([
        eb('owner', '=', owner),
        eb(
          'id',
          'in',
          selectFrom('document as around')
            .innerJoin('document_ancestor', 'document_ancestor.ancestor', 'around.id')
            .select('document_ancestor.document')
            .where('around.owner', '=', owner),
        ),
      ]),
    )
    .where('trashed_at', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('trashed_with', 'is', null),
        eb.and([eb('owner', '=', owner), isOnlyOfItsCreator(eb)]),
      ]),
    )
    .where('purged_at', 'is', null)
    .$narrowType<{ trashedAt: number }>()
    .orderBy('trashed_at', 'desc')
    .orderBy('id')
    .limit(MAX_TRASH)
    .execute();
  return rows;
}

/** Nothing around the document is of the person who created it. */
function isOnlyOfItsCreator({ exists, not, selectFrom }: ExpressionBuilder<Tables, 'document'>) {
  return not(
    exists(
      selectFrom('document_ancestor')
        .innerJoin('document as around', 'around.id', 'document_ancestor.ancestor')
        .select('around.id')
        .whereRef('document_ancestor.document', '=', 'document.id')
        .whereRef('around.owner', '=', 'document.owner'),
    ),
  );
}

/** Of a person who owns nothing around it. */
export interface OthersDocument {
  readonly owner: string;
  readonly document: Omit<TrashedDocument, 'trashedAt'>;
}

/** What went to the trash with the document, and is shown in the trash of those who created it (TR8). */
export async function findOthersInside(
  db: Database,
  { id: document, trashed_with }: Pick<DocumentRow, 'id' | 'trashed_with'>,
): Promise<OthersDocument[]> {
  const rows = await db
    .selectFrom('document')
    .select(['id', 'kind', 'title', 'excerpt', 'owner'])
    .where('id', 'in', (eb) => inside(eb, document))
    .where('trashed_with', '=', trashed_with ?? document)
    .where('owner', 'is not', null)
    .where(isOnlyOfItsCreator)
    .$narrowType<{ owner: string }>()
    .execute();
  return rows.map(({ owner, ...facts }) => ({ owner, document: facts }));
}

/** What is inside the document goes to the trash with it (TR8). */
export async function moveToTrash(db: Database, document: string, at: number): Promise<void> {
  await db
    .updateTable('document')
    .set({ trashed_at: at, trashed_with: document })
    .where('id', 'in', (eb) => inside(eb, document))
    .where('trashed_at', 'is', null)
    .execute();
  await db
    .updateTable('document')
    .set({ trashed_at: at, trashed_with: null })
    .where('id', '=', document)
    .execute();
}

/** What went to the trash with the document comes back with it. */
export async function takeFromTrash(
  db: Database,
  { id: document, trashed_with }: Pick<DocumentRow, 'id' | 'trashed_with'>,
): Promise<void> {
  const back = { trashed_at: null, trashed_with: null };
  await db
    .updateTable('document')
    .set(back)
    .where('id', 'in', (eb) => inside(eb, document))
    .where('trashed_with', '=', trashed_with ?? document)
    .execute();
  await db.updateTable('document').set(back).where('id', '=', document).execute();
}

/**
 * Takes documents in the trash to the top of the tree, with what is inside them.
 *
 * @param documents all of them beside each other
 * @param trashedWith together with which some of them, and of what is inside, went to the trash
 */
export async function separateInTrash(
  db: Database,
  {
    documents,
    trashedWith,
  }: { readonly documents: readonly string[]; readonly trashedWith: string },
): Promise<void> {
  if (documents.length === 0) return;
  await moveToTop(db, documents);
  await db
    .updateTable('document')
    .set({ trashed_with: null })
    .where('id', 'in', documents)
    .execute();
  await db
    .updateTable('document')
    .set(({ selectFrom }) => ({
      trashed_with: selectFrom('document_ancestor')
        .select('ancestor')
        .whereRef('document_ancestor.document', '=', 'document.id')
        .where('ancestor', 'in', documents),
    }))
    .where('trashed_with', '=', trashedWith)
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('document_ancestor').select('document').where('ancestor', 'in', documents),
    )
    .execute();
}

/** Hands what is left inside a purged document to the next sweep, which purges one at a time. */
export async function expireInside(db: Database, document: string): Promise<void> {
  await db
    .updateTable('document')
    .set({ trashed_at: EXPIRED })
    .where('id', 'in', (eb) => inside(eb, document))
    .where('trashed_with', 'is not', null)
    .where('purged_at', 'is', null)
    .execute();
}

const EXPIRED = 0;

/** What is inside a document and was moved to the trash on its own, from the outside to the inside. */
export async function findTrashedBefore(db: Database, document: string): Promise<string[]> {
  const rows = await db
    .selectFrom('document')
    .innerJoin('document_ancestor', 'document_ancestor.document', 'document.id')
    .select('document.id')
    .where('document_ancestor.ancestor', '=', document)
    .where('document.trashed_with', 'is', null)
    .where('document.purged_at', 'is', null)
    .orderBy('document_ancestor.depth')
    .execute();
  return rows.map(({ id }) => id);
}

function inside(eb: ExpressionBuilder<Tables, 'document'>, document: string) {
  return eb
    .selectFrom('document_ancestor')
    .select('document_ancestor.document')
    .where('document_ancestor.ancestor', '=', document);
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
    owners,
    at,
  }: { readonly document: string; readonly owners: readonly string[]; readonly at: number },
): Promise<void> {
  await blankEvents(db, { document, channels: await findReached(db, { document, owners }) });
  await discardFilesOf(db, document);
  const around = await readAncestors(db, document);
  for (const table of PURGED) await db.deleteFrom(table).where('document', '=', document).execute();
  const channels = [chatKey, commentsKey, sharingKey, versionsKey].map((key) => key(document));
  await db.deleteFrom('event').where('channel', 'in', channels).execute();
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
  await forgetReaders(db, [document, ...around]);
}

/**
 * Who opened a purged document had what is inside it on their list, too: purges of what is left there find their events by
 * that, so that it goes with the last of them (PO4).
 */
export async function forgetReaders(db: Database, documents: readonly string[]): Promise<void> {
  const rows = await db
    .selectFrom('document')
    .select('id')
    .where('id', 'in', documents)
    .where('purged_at', 'is not', null)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('document_ancestor')
            .select('document_ancestor.document')
            .whereRef('document_ancestor.ancestor', '=', 'document.id'),
        ),
      ),
    )
    .execute();
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  for (const table of ['visit', 'former_listing'] as const)
    await db.deleteFrom(table).where('document', 'in', ids).execute();
}

/** The channels of all people who have heard of the document. */
async function findReached(
  db: Database,
  { document, owners }: { readonly document: string; readonly owners: readonly string[] },
): Promise<ChannelKey[]> {
  // Also of those who no longer have it on their list.
  const notified = await db
    .selectFrom('notification')
    .select('user')
    .distinct()
    .where('document', '=', document)
    .execute();
  const listers: { readonly user: string }[] = [];
  for (const table of ['visit', 'former_listing'] as const)
    listers.push(
      ...(await db
        .selectFrom(table)
        .select('user')
        .distinct()
        .where(({ or, eb, selectFrom }) =>
          or([
            eb('document', '=', document),
            eb(
              'document',
              'in',
              selectFrom('document_ancestor').select('ancestor').where('document', '=', document),
            ),
          ]),
        )
        .execute()),
    );
  const people = new Set([...owners, ...[...listers, ...notified].map(({ user }) => user)]);
  return [
    ...owners.map(trashKey),
    ...[...people].flatMap((person) => [libraryKey(person), inboxKey(person)]),
  ];
}

const PURGED = [
  'member',
  'group_role',
  'message',
  'participant',
  'reaction',
  'comment_thread',
  'notification',
  'access_request',
  'link_terms',
  'link_entry',
  'publication',
  'invited_address',
  'document_ancestor',
  'named_version',
] as const;
