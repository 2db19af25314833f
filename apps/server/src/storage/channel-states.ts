/** Reads the state of channels together with its offset. */
import {
  MAX_FOLLOWED_DOCUMENTS,
  mergeDocuments,
  type ActivityState,
  type ChannelPosition,
  type ChannelState,
} from '@tandem/protocol';
import type { ChannelKey } from './channel-key.ts';
import { readDeletedRanges, readImportedHeads, readMessages } from './chat.ts';
import { readThreads } from './comments.ts';
import { compiledQuery } from './compiled-query.ts';
import { listDocuments, readFavourites, readLibraryPage, readTemplates } from './library.ts';
import { readInbox } from './notifications.ts';
import { readSharing } from './sharing.ts';
import { listVersions } from './history/named-versions.ts';
import { listTrash } from './trash.ts';
import type { Database } from './tables.ts';
import { findUser, toUser } from './users.ts';

/** A channel that changes during each of them is read in a transaction, which other queries wait for. */
const MAX_ATTEMPTS = 3;

export interface LoadedState {
  readonly epoch: string;
  readonly offset: number;
  readonly state: ChannelState;
}

/**
 * Null when the user or document no longer exists. The caller checks access.
 *
 * @param known where the channel may still be. Events are stored together with the change of the state, so
 * that a state belongs to a position when the channel is there before and after the state is read.
 */
export async function loadState(
  db: Database,
  key: ChannelKey,
  known?: ChannelPosition,
): Promise<LoadedState | null> {
  let before = known ?? (await readHead(db, key));
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const state = await readState(db, key);
    if (state === null) return null;
    const after = await readHead(db, key);
    if (isSame(before, after)) return { ...after, state };
    before = after;
  }
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (snapshot) => {
      const state = await readState(snapshot, key);
      return state === null ? null : { ...(await readHead(snapshot, key)), state };
    });
}

const headRow = compiledQuery((db, key: ChannelKey) =>
  db
    .selectFrom('timeline')
    .select(({ selectFrom }) => [
      'id as epoch',
      selectFrom('event')
        .select(({ fn }) => fn.max('offset').as('head'))
        .where('channel', '=', key)
        .as('head'),
    ])
    .orderBy('number', 'desc')
    .limit(1),
);

/** A channel has the epoch of its database, the timeline. Its last event is never deleted, and has its head. */
export async function readHead(db: Database, key: ChannelKey): Promise<ChannelPosition> {
  const [row] = await headRow(db, key);
  if (row === undefined) throw new Error('the database has no timeline');
  return { epoch: row.epoch, offset: row.head ?? 0 };
}

export async function loadActivity(
  db: Database,
  user: string,
): Promise<ActivityState['documents']> {
  const entries = await listDocuments(db, user, { limit: MAX_FOLLOWED_DOCUMENTS });
  const chats = entries.filter(({ chatHead }) => chatHead > 0).map(({ document }) => document.id);
  const imported = await readImportedHeads(db, chats);
  const deleted = await readDeletedRanges(db, chats);
  return Object.fromEntries(
    entries.map(({ document: { id, excerpt, updated_at: updatedAt }, chatHead }) => [
      id,
      {
        ...{ excerpt, updatedAt, present: [], chatHead },
        chatImported: imported.get(id) ?? 0,
        chatDeleted: deleted.get(id) ?? [],
      },
    ]),
  );
}

type PersistentType = 'library' | 'trash' | 'inbox' | 'chat' | 'comments' | 'sharing' | 'versions';

async function readState(db: Database, key: ChannelKey): Promise<ChannelState | null> {
  const at = key.indexOf(':');
  const of = key.slice(at + 1);
  switch (key.slice(0, at) as PersistentType) {
    case 'library': {
      const user = await findUser(db, of);
      if (user === undefined) return null;
      const page = {
        type: 'library',
        user: toUser(user),
        ...(await readLibraryPage(db, of)),
      } as const;
      const kept = [...(await readFavourites(db, of)), ...(await readTemplates(db, of))];
      return mergeDocuments(page, kept);
    }
    case 'trash':
      if ((await findUser(db, of)) === undefined) return null;
      return { type: 'trash', documents: await listTrash(db, of) };
    case 'inbox':
      if ((await findUser(db, of)) === undefined) return null;
      return { type: 'inbox', notifications: await readInbox(db, of) };
    case 'chat': {
      const messages = await readMessages(db, of);
      return { type: 'chat', messages, head: messages.at(-1)?.number ?? 0 };
    }
    case 'comments':
      return { type: 'comments', ...(await readThreads(db, of)) };
    case 'sharing':
      return (await readSharing(db, of)) ?? null;
    case 'versions':
      return { type: 'versions', versions: await listVersions(db, of) };
  }
}

function isSame(one: ChannelPosition, other: ChannelPosition): boolean {
  return one.epoch === other.epoch && one.offset === other.offset;
}
