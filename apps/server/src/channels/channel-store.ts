/** The database reads that channels need. */
import { can, type ChannelPosition } from '@tandem/protocol';
import { loadState, readHead, type LoadedState } from '../storage/channel-states.ts';
import { standingsIn } from '../storage/roles.ts';
import type { Database } from '../storage/tables.ts';
import type { Rooms } from '../documents/rooms.ts';
import type { ChannelKey } from '../storage/channel-key.ts';
import type { EventRun } from '../storage/event-rows.ts';
import { readEvents } from '../storage/event-rows.ts';

export interface ChannelStore {
  readHead(key: ChannelKey): Promise<ChannelPosition>;
  /** The newest events up to offset `to`, without a gap; null if none. */
  readEvents(key: ChannelKey, to: number): Promise<EventRun | null>;
  /** Null when the channel's subject is deleted. @param known the last known position. */
  loadState(key: ChannelKey, known: ChannelPosition): Promise<LoadedState | null>;
  maySee(document: string, user: string): Promise<boolean>;
  mayChat(document: string, user: string): Promise<boolean>;
  whoMaySee(document: string): Promise<(user: string) => boolean>;
}

export function databaseChannels(db: Database, rooms: Pick<Rooms, 'standingOf'>): ChannelStore {
  return {
    readHead: (key) => readHead(db, key),
    readEvents: (key, to) => readEvents(db, key, to),
    loadState: (key, known) => loadState(db, key, known),
    maySee: async (document, user) => (await rooms.standingOf(user, document)) !== null,
    async mayChat(document, user) {
      const standing = await rooms.standingOf(user, document);
      return standing !== null && can(standing, 'chat');
    },
    async whoMaySee(document) {
      const standingOf = await standingsIn(db, document);
      return (user) => standingOf(user) !== null;
    },
  };
}
