/** The browser's `localStorage` as the place of last words. */
import type { UnloadOutboxStorage } from './unload-outbox.ts';

/** The number is that of the format. */
const PREFIX = 'tandem.last-words.1.';

/** `open`: gives the storage, or throws. Null where the browser has none, or does not let it be written. */
export function localStorageAdapter(open: () => Storage): UnloadOutboxStorage | null {
  try {
    const storage = open();
    storage.setItem(PREFIX, '');
    storage.removeItem(PREFIX);
    return placeIn(storage);
  } catch {
    return null;
  }
}

function placeIn(storage: Storage): UnloadOutboxStorage {
  return {
    all() {
      const found = new Map<string, string>();
      for (let index = 0; index < storage.length; index++) {
        const key = storage.key(index);
        if (key === null || !key.startsWith(PREFIX)) continue;
        const words = storage.getItem(key);
        if (words !== null) found.set(key.slice(PREFIX.length), words);
      }
      return found;
    },
    put(name, words) {
      try {
        storage.setItem(PREFIX + name, words);
        return true;
      } catch {
        return false;
      }
    },
    remove(name) {
      try {
        storage.removeItem(PREFIX + name);
      } catch {
        // Words that stay are moved once more, which changes nothing.
      }
    },
  };
}
