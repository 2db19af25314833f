/** Small values that this device stores between visits, such as the user. */
import type { z } from 'zod';

export interface DeviceStorage {
  /** @returns null when there is no value, or an unreadable one */
  read<T>(key: string, schema: z.ZodType<T>): T | null;
  /** @returns false when the device refuses to store the value */
  write(key: string, value: unknown): boolean;
}

export const USER_KEY = 'user';
const PREFIX = 'tandem.';
const OURS = /^tandem[.:]/u;

/** `localStorage`; where the browser has disabled it, reads find nothing. */
export const deviceStorage: DeviceStorage = {
  read(key, schema) {
    try {
      const text = localStorage.getItem(PREFIX + key);
      if (text === null) return null;
      const parsed = schema.safeParse(JSON.parse(text));
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
};

/** Deletes all values of the application, including those written without this module. */
export function deleteAll(): void {
  try {
    for (const key of Object.keys(localStorage)) if (OURS.test(key)) localStorage.removeItem(key);
  } catch {
    // A browser with disabled storage has stored nothing.
  }
}

/**
 * Calls `onDeleted` when another tab of this browser has deleted everything.
 *
 * @returns a function that stops watching
 */
export function watchDeletion(onDeleted: () => void): () => void {
  const listener = ({ key, newValue }: StorageEvent) => {
    if (key === PREFIX + USER_KEY && newValue === null) onDeleted();
  };
  addEventListener('storage', listener);
  return () => removeEventListener('storage', listener);
}
