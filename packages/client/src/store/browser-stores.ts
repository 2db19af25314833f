/**
 * Storage of a browser tab: each part in a database, or in memory if that does not open
 * (storage-health.ts).
 */
import { createMemoryLiveStores, type LiveStores } from '../channels/live.ts';
import { openIndexedDbStateStore, STATES_DATABASE } from '../channels/indexeddb-state-store.ts';
import {
  COMMANDS_DATABASE,
  openIndexedDbCommandStore,
} from '../commands/indexeddb-command-store.ts';
import type { Clock } from '../environment.ts';
import { answerWithin } from './answer-within.ts';
import { DOCUMENTS_DATABASE, openIndexedDbStore } from './indexeddb-store.ts';
import type { UnloadOutboxStorage } from './unload-outbox.ts';
import { LEASES_DATABASE } from './lease.ts';
import { localStorageAdapter } from './local-storage.ts';
import { createMemoryStore } from './memory-store.ts';
import { StorageHealth } from './storage-health.ts';
import type { Store } from './store.ts';

export interface BrowserStores {
  readonly store: Store;
  readonly durable: boolean;
  readonly health: StorageHealth;
  readonly unloadOutbox: UnloadOutboxStorage | null;
  readonly liveStores: LiveStores;
}

export const BROWSER_DATABASES = [
  DOCUMENTS_DATABASE,
  COMMANDS_DATABASE,
  STATES_DATABASE,
  LEASES_DATABASE,
] as const;

interface BrowserStorage {
  readonly clock: Clock;
  readonly localStorage: () => Storage;
}

/** Never rejects, and settles within `STORAGE_TIMEOUT_MS`. */
export async function openBrowserStores(storage: BrowserStorage): Promise<BrowserStores> {
  const { clock } = storage;
  const health = new StorageHealth(clock);
  const [documents, liveStores] = await Promise.all([
    openDocuments(storage, health),
    openLive(clock, health),
  ]);
  return { ...documents, liveStores, health };
}

async function openDocuments(
  { clock, localStorage }: BrowserStorage,
  health: StorageHealth,
): Promise<Pick<BrowserStores, 'store' | 'durable' | 'unloadOutbox'>> {
  try {
    const store = await openWithin(() => openIndexedDbStore(), clock);
    return {
      store: watchStore(store, health),
      durable: true,
      unloadOutbox: localStorageAdapter(localStorage),
    };
  } catch {
    return { store: createMemoryStore(), durable: false, unloadOutbox: null };
  }
}

/** Bounds the reads of a document and the calls that a person waits for, but no writes. */
export function watchStore(store: Store, health: StorageHealth): Store {
  return health.watch(store, {
    load: 'bounded',
    facts: 'bounded',
    enqueue: 'patient',
    recover: 'bounded-write',
    advance: 'patient',
    compact: 'patient',
    rejectedUpdates: 'patient',
    outbox: 'bounded',
    listRejectedUpdates: 'bounded',
    discard: 'bounded',
    touch: 'patient',
    copies: 'bounded',
    evict: 'patient',
    close: 'immediate',
  });
}

async function openLive(clock: Clock, health: StorageHealth): Promise<LiveStores> {
  const opened = await Promise.allSettled([
    openWithin(() => openIndexedDbCommandStore(), clock),
    openWithin(() => openIndexedDbStateStore(), clock),
  ]);
  const [commands, states] = opened;
  if (commands.status === 'rejected' || states.status === 'rejected') {
    for (const one of opened) if (one.status === 'fulfilled') one.value.close();
    return createMemoryLiveStores();
  }
  return {
    commands: health.watch(commands.value, {
      all: 'bounded',
      keep: 'patient',
      recover: 'bounded-write',
      remove: 'patient',
      listen: 'immediate',
      close: 'immediate',
    }),
    states: health.watch(states.value, {
      load: 'bounded',
      save: 'patient',
      forget: 'patient',
      close: 'immediate',
    }),
    durable: true,
  };
}

/** Closes a database that opens too late: no page would use it, and it would block upgrades. */
function openWithin<S extends { close(): void }>(open: () => Promise<S>, clock: Clock): Promise<S> {
  return answerWithin(open, { clock, onLate: (store) => store.close() });
}
