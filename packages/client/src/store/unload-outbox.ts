/**
 * What a page says when it may never run again: local work that the store has not confirmed yet. A browser
 * drops the open transactions of a page that goes away and waits for nothing; so they are written at once to
 * a small second place, from where the next page that looks moves them into the outbox.
 *
 * What stands under a name never changes, so whoever removes it has read all of it.
 */
import type { Random } from '../environment.ts';
import type { NewOutboxEntry, Store } from './store.ts';

/** Outlives the page, is shared by all pages of the device, and is written before a call returns. */
export interface UnloadOutboxStorage {
  /** What all pages have said, by name. */
  all(): ReadonlyMap<string, string>;
  /** False when there is no room. */
  put(name: string, words: string): boolean;
  remove(name: string): void;
}

/** Browsers give a site some five million characters, for everything. */
const MAX_LAST_WORDS_CHARACTERS = 1_000_000;

export class UnloadOutbox {
  readonly #place: UnloadOutboxStorage | null;
  readonly #random: Random;
  #hasRoom: boolean;
  /** The name of what this page has said. */
  #said: string | null = null;

  constructor(place: UnloadOutboxStorage | null, random: Random) {
    this.#place = place;
    this.#random = random;
    this.#hasRoom = place !== null;
  }

  /** Whether all of it found room the last time. */
  get hasRoom(): boolean {
    return this.#hasRoom;
  }

  /** In the place of what this page has said before. Where not all of `entries` has room, the oldest do. */
  write(entries: readonly NewOutboxEntry[]): void {
    if (this.#place === null) return;
    const before = this.#said;
    if (entries.length === 0) this.#said = null;
    else {
      const name = this.#random.next().toString(36).slice(2);
      const words = encode(entries);
      const isPut = this.#place.put(name, `[${words.join()}]`);
      this.#hasRoom = isPut && words.length === entries.length;
      if (!isPut) return;
      this.#said = name;
    }
    if (before !== null) this.#place.remove(before);
  }

  /** Whether this page has said something that still stands. */
  get hasEntries(): boolean {
    return this.#said !== null;
  }

  /**
   * Moves what other pages have said into the outbox. Two that do so at once do no harm, nor does one whose
   * page lives on after all. Rejects when the store keeps nothing more; the words stay then.
   */
  async recover(store: Pick<Store, 'recover'>): Promise<void> {
    for (const [name, words] of this.#place?.all() ?? []) {
      const entries = name === this.#said ? null : wordsIn(words);
      if (entries === null) continue;
      await store.recover(entries);
      this.#place?.remove(name);
    }
  }
}

function encode(entries: readonly NewOutboxEntry[]): string[] {
  const words: string[] = [];
  let left = MAX_LAST_WORDS_CHARACTERS;
  for (const entry of entries) {
    const word = JSON.stringify({ ...entry, update: toBase64(entry.update) });
    left -= word.length + 1;
    if (left < 0) break;
    words.push(word);
  }
  return words;
}

/** Null for what is not ours to read: it stays where it is. */
export function wordsIn(words: string): readonly NewOutboxEntry[] | null {
  try {
    const entries = JSON.parse(words) as readonly (Omit<NewOutboxEntry, 'update'> & {
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

/** More arguments than this are too many for some engines. */
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
