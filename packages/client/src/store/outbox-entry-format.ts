/** Outbox entries as JSON, for the unload outbox. */
import type { NewOutboxEntry } from './store.ts';
import type { EntryFormat } from './unload-outbox.ts';

export const OUTBOX_ENTRY_FORMAT: EntryFormat<NewOutboxEntry> = {
  kind: 'updates',
  toJson: (entry) => ({ ...entry, update: toBase64(entry.update) }),
  fromJson(value) {
    const { document, epoch, update, at } = value as Omit<NewOutboxEntry, 'update'> & {
      readonly update: string;
    };
    return { document, epoch, update: fromBase64(update), at };
  },
};

/** Some engines accept no more arguments in one call. */
const BYTES_AT_ONCE = 8_192;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(at, at + BYTES_AT_ONCE));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
