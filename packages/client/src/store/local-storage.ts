/** The browser's `localStorage` as storage of the unload outbox. */
import type { UnloadOutboxStorage } from './unload-outbox.ts';

/** The number is the format version. */
const PREFIX = 'tandem.unload-outbox.2.';

/**
 * @param open returns the storage, or throws
 * @returns null where the storage is missing or not writable
 */
export function localStorageAdapter(open: () => Storage): UnloadOutboxStorage | null {
  try {
    const storage = open();
    storage.setItem(PREFIX, '');
    storage.removeItem(PREFIX);
    return adapterOf(storage);
  } catch {
    return null;
  }
}

function adapterOf(storage: Storage): UnloadOutboxStorage {
  return {
    all() {
      const found = new Map<string, string>();
      for (let index = 0; index < storage.length; index++) {
        const key = storage.key(index);
        if (key === null || !key.startsWith(PREFIX)) continue;
        const value = storage.getItem(key);
        if (value !== null) found.set(key.slice(PREFIX.length), value);
      }
      return found;
    },
    put(name, value) {
      try {
        storage.setItem(PREFIX + name, value);
        return true;
      } catch {
        return false;
      }
    },
    remove(name) {
      try {
        storage.removeItem(PREFIX + name);
      } catch {
        // Entries that stay are recovered again, which changes nothing.
      }
    },
  };
}
