/** Reads the state of channels together with its offset. */
import { MAX_FOLLOWED_DOCUMENTS, type ActivityState, type ChannelState } from '@tandem/protocol';
import type { ChannelKey } from './channel-key.ts';
import { readDeletedRanges, readMessages } from './chat.ts';
import { listDocuments, readLibraryPage } from './documents.ts';
import { readSharing } from './sharing.ts';
import type { Database } from './tables.ts';
import { findUser, toUser } from './users.ts';

export interface LoadedState {
  readonly epoch: string;
  readonly offset: number;
  readonly state: ChannelState;
}

/** Null when the user or document no longer exists. The caller checks access. */
export async function loadState(db: Database, key: ChannelKey): Promise<LoadedState | null> {
  return await db
    .transaction()
    .setAccessMode('read only')
    .execute(async (snapshot) => {
      const state = await readState(snapshot, key);
      return state === null ? null : { ...(await readHead(snapshot, key)), state };
    });
}

/** A channel has the epoch of its database, the timeline. Its last event is never deleted, and has its head. */
export async function readHead(
  db: Database,
  key: ChannelKey,
): Promise<{ readonly epoch: string; readonly offset: number }> {
  const { epoch, head } = await db
    .selectFrom('timeline')
    .select(({ selectFrom }) => [
      'id as epoch',
      selectFrom('event')
        .select(({ fn }) => fn.max('offset').as('head'))
        .where('channel', '=', key)
        .as('head'),
    ])
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return { epoch, offset: head ?? 0 };
}

export async function loadActivity(
  db: Database,
  user: string,
): Promise<ActivityState['documents']> {
  const entries = await listDocuments(db, user, { limit: MAX_FOLLOWED_DOCUMENTS });
  const chats = entries.filter(({ chatHead }) => chatHead > 0);
  const deleted = await readDeletedRanges(
    db,
    chats.map(({ document }) => document.id),
  );
  return Object.fromEntries(
    entries.map(({ document: { id, excerpt, updated_at: updatedAt }, chatHead }) => [
      id,
      { excerpt, updatedAt, present: [], chatHead, chatDeleted: deleted.get(id) ?? [] },
    ]),
  );
}

async function readState(db: Database, key: ChannelKey): Promise<ChannelState | null> {
  const at = key.indexOf(':');
  const of = key.slice(at + 1);
  switch (key.slice(0, at) as 'library' | 'chat' | 'sharing') {
    case 'library': {
      const user = await findUser(db, of);
      if (user === undefined) return null;
      return { type: 'library', user: toUser(user), ...(await readLibraryPage(db, of)) };
    }
    case 'chat': {
      const messages = await readMessages(db, of);
      return { type: 'chat', messages, head: messages.at(-1)?.number ?? 0 };
    }
    case 'sharing':
      return (await readSharing(db, of)) ?? null;
  }
}
