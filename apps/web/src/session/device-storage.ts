/** Small values that this device stores between visits, such as the user. */
import type * as z from 'zod/mini';

export interface DeviceStorage {
  /** @returns null when there is no value, or an unreadable one */
  read<T>(key: string, schema: z.ZodMiniType<T>): T | null;
  /** @returns false when the device refuses to store the value */
  write(key: string, value: unknown): boolean;
}

export const USER_KEY = 'user';
/** The id of the user, if the person has an account. */
export const ACCOUNT_KEY = 'account';
/** The id of a guest who has begun to sign in, until an answer tells whose session this browser has. */
export const SIGNING_IN_KEY = 'signing-in';
/** Changes when the same person has signed in again. */
export const BEGUN_KEY = 'session';
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

export interface OtherTab {
  /** Another tab has deleted everything. */
  readonly onDeleted: () => void;
  /** Another tab has signed in to another account. */
  readonly onOtherUser: () => void;
  /** Another tab has signed in again as the same person. */
  readonly onSignedIn: () => void;
}

/** @returns a function that stops watching */
export function watchOtherTabs({ onDeleted, onOtherUser, onSignedIn }: OtherTab): () => void {
  const listener = ({ key, oldValue, newValue }: StorageEvent) => {
    if (key === PREFIX + BEGUN_KEY && newValue !== null) onSignedIn();
    if (key !== PREFIX + USER_KEY) return;
    if (newValue === null) onDeleted();
    else if (oldValue !== null && idIn(oldValue) !== idIn(newValue)) onOtherUser();
  };
  addEventListener('storage', listener);
  return () => removeEventListener('storage', listener);
}

function idIn(stored: string): unknown {
  try {
    return (JSON.parse(stored) as { readonly id?: unknown }).id;
  } catch {
    return undefined;
  }
}
