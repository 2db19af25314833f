import type { NewOutboxEntry } from './store.ts';

/** Whether the same work is there. An update is its own name: no other has the same bytes. */
export function isAmong(entry: NewOutboxEntry, others: Iterable<NewOutboxEntry>): boolean {
  for (const { document, update } of others)
    if (document === entry.document && isSame(update, entry.update)) return true;
  return false;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
