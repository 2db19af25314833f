/**
 * Browsers may evict a site's storage when space is short, or after a week without a visit. Once a page holds text
 * that exists nowhere else, it asks for persistent storage; some browsers then ask the person.
 */
import type { DocumentSession, SaveState } from '@tandem/client';

/**
 * Requests persistent storage once, at the first unconfirmed work that stays on this device.
 *
 * @returns a function that stops watching
 */
export function requestPersistentStorage(
  session: Pick<DocumentSession, 'status' | 'onChange'>,
  storage: Pick<StorageManager, 'persist'> | undefined,
): () => void {
  return session.onChange(() => {
    if (storage === undefined || requested.has(storage) || !staysHere(session.status)) return;
    requested.add(storage);
    void request(storage);
  });
}

const requested = new WeakSet<Pick<StorageManager, 'persist'>>();

/** Work on its way to a server that answers stays here for a moment only. */
function staysHere(state: SaveState): boolean {
  if (!('pending' in state) || state.pending === 0) return false;
  return state.kind !== 'saving' || state.error !== null;
}

async function request(storage: Pick<StorageManager, 'persist'>): Promise<void> {
  try {
    await storage.persist();
  } catch {
    // Some browsers lack the method, or forbid it. Nothing else can be done.
  }
}
