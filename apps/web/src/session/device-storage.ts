/** Small things that this device keeps between visits: the theme, who we are, the list, what is still to be sent. */
import type { z } from 'zod';

export interface DeviceStorage {
  /** `null` when there is nothing, or nothing that can be understood. */
  read<T>(key: string, schema: z.ZodType<T>): T | null;
  /** False when the device would not keep it. */
  write(key: string, value: unknown): boolean;
}

const PREFIX = 'tandem.';

/** The browser's storage; a browser that has switched it off reads nothing and keeps nothing. */
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

/** Calls `changed` when another tab of this browser wrote `key`. Returns the way to stop. */
export function watchOtherTabs(key: string, changed: () => void): () => void {
  const listener = (event: StorageEvent) => {
    if (event.key === PREFIX + key) changed();
  };
  addEventListener('storage', listener);
  return () => removeEventListener('storage', listener);
}
