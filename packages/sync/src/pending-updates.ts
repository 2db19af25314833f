/** Unconfirmed local updates, and the `cseq` under which each was sent. */

/** Ids grow in the order of writing. */
export interface PendingUpdate {
  readonly id: number;
  readonly update: Uint8Array;
}

export interface PendingEntry extends PendingUpdate {
  cseq: number;
}

/** Greater than every `cseq`, so no acknowledgement covers it. */
const UNSENT = Number.POSITIVE_INFINITY;

export class PendingUpdates {
  #entries: PendingEntry[];
  #nextId: number;

  constructor(stored: readonly PendingUpdate[]) {
    this.#entries = stored.map((entry) => ({ ...entry, cseq: UNSENT }));
    this.#nextId = (stored.at(-1)?.id ?? 0) + 1;
  }

  get entries(): readonly PendingEntry[] {
    return this.#entries;
  }

  get unsent(): readonly PendingEntry[] {
    return this.#entries.filter(({ cseq }) => cseq === UNSENT);
  }

  /** The `cseq` under which the oldest entry was sent; null if it was not. */
  get firstSent(): number | null {
    const cseq = this.#entries[0]?.cseq ?? UNSENT;
    return cseq === UNSENT ? null : cseq;
  }

  add(update: Uint8Array): PendingEntry {
    const entry: PendingEntry = { id: this.#nextId++, update, cseq: UNSENT };
    this.#entries.push(entry);
    return entry;
  }

  resetSent(): void {
    for (const entry of this.#entries) entry.cseq = UNSENT;
  }

  confirm(cseq: number): readonly number[] {
    const confirmed = this.#entries.filter((entry) => entry.cseq <= cseq).map(({ id }) => id);
    this.#entries = this.#entries.filter((entry) => entry.cseq > cseq);
    return confirmed;
  }

  clear(): readonly number[] {
    const ids = this.#entries.map(({ id }) => id);
    this.#entries = [];
    return ids;
  }
}
