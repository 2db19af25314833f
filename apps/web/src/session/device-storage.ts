/** Small things that this device keeps between visits, such as who we are. */
import type { z } from 'zod';

export interface DeviceStorage {
  /** `null` when there is nothing, or nothing that can be understood. */
  read<T>(key: string, schema: z.ZodType<T>): T | null;
  /** False when the device would not keep it. */
  write(key: string, value: unknown): boolean;
}

/** Where it is kept who we are: the one thing that is there as long as anybody is. */
export const USER_KEY = 'user';
const PREFIX = 'tandem.';
const OURS = /^tandem[.:]/u;

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

/** Everything of ours, also what parts of the application keep by themselves. */
export function forgetAll(): void {
  try {
    for (const key of Object.keys(localStorage)) if (OURS.test(key)) localStorage.removeItem(key);
  } catch {
    // A browser that has switched it off has kept nothing.
  }
}

/** Calls `forgotten` when another tab of this browser has forgotten everything. Returns the way to stop. */
export function watchForgotten(forgotten: () => void): () => void {
  const listener = ({ key, newValue }: StorageEvent) => {
    if (key === PREFIX + USER_KEY && newValue === null) forgotten();
  };
  addEventListener('storage', listener);
  return () => removeEventListener('storage', listener);
}
