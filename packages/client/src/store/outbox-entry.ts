import type { NewOutboxEntry } from './store.ts';

/** Compares updates by their bytes, which are unique. */
export function isAmong(entry: NewOutboxEntry, others: Iterable<NewOutboxEntry>): boolean {
  for (const { document, update } of others)
    if (document === entry.document && isSame(update, entry.update)) return true;
  return false;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
