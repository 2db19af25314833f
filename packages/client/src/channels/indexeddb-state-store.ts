/**
 * State store of a browser. The server has all states, so one stored in an older format is dropped.
 */
import {
  CHANNEL_STATE_VERSION,
  channelPosition,
  channelState,
  type ChannelName,
} from '@tandem/protocol';
import type { DBSchema } from 'idb';
import { MAX_KEPT_STATES, type OwnedState, type StateStore } from './state-store.ts';
import { ignoreRejection, openDatabase, withHandledDone } from '../store/indexeddb.ts';

export const STATES_DATABASE = 'tandem-states';

type StoredState = OwnedState & { readonly name: ChannelName; readonly version: number };

interface Schema extends DBSchema {
  state: { key: number; value: StoredState; indexes: { name: string } };
}

export async function openIndexedDbStateStore(name: string = STATES_DATABASE): Promise<StateStore> {
  const database = await openDatabase<Schema>(name, (created) => {
    // Keys grow, so their order is the order of storing.
    created
      .createObjectStore('state', { autoIncrement: true })
      .createIndex('name', 'name', { unique: true });
  });
  return {
    async load(name) {
      const kept = await withHandledDone(database.transaction('state'))
        .store.index('name')
        .get(name);
      return kept === undefined ? null : readable(kept);
    },
    async save(name, state) {
      const { store, done } = withHandledDone(database.transaction('state', 'readwrite'));
      const before = await store.index('name').getKey(name);
      if (before !== undefined) ignoreRejection(store.delete(before));
      ignoreRejection(store.add({ ...state, name, version: CHANNEL_STATE_VERSION }));
      const keys = await store.getAllKeys();
      for (const oldest of keys.slice(0, -MAX_KEPT_STATES)) ignoreRejection(store.delete(oldest));
      await done;
    },
    async forget(name) {
      const { store, done } = withHandledDone(database.transaction('state', 'readwrite'));
      const key = await store.index('name').getKey(name);
      if (key !== undefined) ignoreRejection(store.delete(key));
      await done;
    },
    close() {
      database.close();
    },
  };
}

function readable({ user, position, state, version }: StoredState): OwnedState | null {
  if (version !== CHANNEL_STATE_VERSION) return null;
  const read = {
    position: channelPosition.safeParse(position),
    state: channelState.safeParse(state),
  };
  if (typeof user !== 'string' || !read.position.success || !read.state.success) return null;
  return { user, position: read.position.data, state: read.state.data };
}
