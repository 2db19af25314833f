/**
 * Last-chance storage of a page that may never run again: local work that the store has not
 * confirmed. Browsers drop the open transactions of a page that goes away and wait for nothing, so
 * the work is written synchronously to a second place. The next page that looks moves it into the
 * outbox.
 *
 * A stored value never changes, so a page that removes a name has read all of it.
 */
import type { Random } from '../environment.ts';
import type { NewOutboxEntry, Store } from './store.ts';

/** Outlives the page, is shared by all pages of the device, and is written synchronously. */
export interface UnloadOutboxStorage {
  all(): ReadonlyMap<string, string>;
  put(name: string, value: string): boolean;
  remove(name: string): void;
}

/** Browsers allow a site about five million characters in total. */
const MAX_CHARACTERS = 1_000_000;

export class UnloadOutbox {
  readonly #storage: UnloadOutboxStorage | null;
  readonly #random: Random;
  #hasRoom: boolean;
  #writtenName: string | null = null;

  constructor(storage: UnloadOutboxStorage | null, random: Random) {
    this.#storage = storage;
    this.#random = random;
    this.#hasRoom = storage !== null;
  }

  get hasRoom(): boolean {
    return this.#hasRoom;
  }

  /**
   * Replaces this page's entries. If there is no room for all of `entries`, the oldest are written.
   */
  write(entries: readonly NewOutboxEntry[]): void {
    if (this.#storage === null) return;
    const before = this.#writtenName;
    if (entries.length === 0) this.#writtenName = null;
    else {
      const name = this.#random.next().toString(36).slice(2);
      const encoded = encode(entries);
      const isPut = this.#storage.put(name, `[${encoded.join()}]`);
      this.#hasRoom = isPut && encoded.length === entries.length;
      if (!isPut) return;
      this.#writtenName = name;
    }
    if (before !== null) this.#storage.remove(before);
  }

  get hasEntries(): boolean {
    return this.#writtenName !== null;
  }

  /**
   * Moves entries of other pages into the outbox. Concurrent calls are harmless, and so is a page
   * that lives on after all. Rejects when the store is full; the entries stay then.
   */
  async recover(store: Pick<Store, 'recover'>): Promise<void> {
    for (const [name, value] of this.#storage?.all() ?? []) {
      const entries = name === this.#writtenName ? null : decode(value);
      if (entries === null) continue;
      await store.recover(entries);
      this.#storage?.remove(name);
    }
  }
}

function encode(entries: readonly NewOutboxEntry[]): string[] {
  const encoded: string[] = [];
  let left = MAX_CHARACTERS;
  for (const entry of entries) {
    const text = JSON.stringify({ ...entry, update: toBase64(entry.update) });
    left -= text.length + 1;
    if (left < 0) break;
    encoded.push(text);
  }
  return encoded;
}

export function decode(value: string): readonly NewOutboxEntry[] | null {
  try {
    const entries = JSON.parse(value) as readonly (Omit<NewOutboxEntry, 'update'> & {
      readonly update: string;
    })[];
    return entries.map(({ document, epoch, update, at }) => ({
      document,
      epoch,
      update: fromBase64(update),
      at,
    }));
  } catch {
    return null;
  }
}

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
