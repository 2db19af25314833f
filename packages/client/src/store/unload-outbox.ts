/**
 * Last-chance storage of a page that may never run again: local work that a store of the device has
 * not confirmed. Browsers drop the open transactions of a page that goes away and wait for nothing,
 * so the work is written synchronously to a second place. The next page that looks moves it into
 * the store.
 *
 * A stored value never changes, so a page that removes a name has read all of it.
 */
import type { Random } from '../environment.ts';

/** Outlives the page, is shared by all pages of the device, and is written synchronously. */
export interface UnloadOutboxStorage {
  all(): ReadonlyMap<string, string>;
  put(name: string, value: string): boolean;
  remove(name: string): void;
}

/** How entries of one kind are written as JSON. */
export interface EntryFormat<Entry> {
  readonly kind: string;
  toJson(entry: Entry): unknown;
  /** @throws when it is not an entry of this kind */
  fromJson(value: unknown): Entry;
}

/** Browsers allow a site about five million characters in total. */
const MAX_CHARACTERS = 1_000_000;

export class UnloadOutbox<Entry> {
  readonly #storage: UnloadOutboxStorage | null;
  readonly #random: Random;
  readonly #format: EntryFormat<Entry>;
  #hasRoom: boolean;
  #writtenName: string | null = null;

  constructor(
    storage: UnloadOutboxStorage | null,
    { random, format }: { readonly random: Random; readonly format: EntryFormat<Entry> },
  ) {
    this.#storage = storage;
    this.#random = random;
    this.#format = format;
    this.#hasRoom = storage !== null;
  }

  get hasRoom(): boolean {
    return this.#hasRoom;
  }

  /**
   * Replaces this page's entries. If there is no room for all of `entries`, the oldest are written.
   */
  write(entries: readonly Entry[]): void {
    if (this.#storage === null) return;
    const before = this.#writtenName;
    if (entries.length === 0) {
      this.#writtenName = null;
      this.#hasRoom = true;
    } else {
      const name = `${this.#format.kind}.${this.#random.next().toString(36).slice(2)}`;
      const encoded = this.#encode(entries);
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
   * Moves entries of other pages into the store. Concurrent calls are harmless, and so is a page
   * that lives on after all.
   *
   * @returns whether there were any
   * @throws what `store` throws, for example when the device is full; those entries stay then
   */
  async recover(store: (entries: readonly Entry[]) => Promise<void>): Promise<boolean> {
    let isAnyRecovered = false;
    const failures: unknown[] = [];
    for (const [name, value] of this.#storage?.all() ?? []) {
      if (name === this.#writtenName || !name.startsWith(`${this.#format.kind}.`)) continue;
      const entries = decodeEntries(value, this.#format);
      if (entries === null) continue;
      try {
        await store(entries);
      } catch (error) {
        failures.push(error);
        continue;
      }
      this.#storage?.remove(name);
      isAnyRecovered = true;
    }
    if (failures.length > 0) throw failures[0];
    return isAnyRecovered;
  }

  #encode(entries: readonly Entry[]): string[] {
    const encoded: string[] = [];
    let left = MAX_CHARACTERS;
    for (const entry of entries) {
      const text = JSON.stringify(this.#format.toJson(entry));
      left -= text.length + 1;
      if (left < 0) break;
      encoded.push(text);
    }
    return encoded;
  }
}

/** @returns null for what is not readable */
export function decodeEntries<Entry>(
  value: string,
  format: EntryFormat<Entry>,
): readonly Entry[] | null {
  try {
    return (JSON.parse(value) as readonly unknown[]).map((entry) => format.fromJson(entry));
  } catch {
    return null;
  }
}
