/**
 * What this device keeps of one document: reads it once, then writes in the order in which it is
 * asked, and knows the store's names of what waits in the outbox.
 */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import type { PendingUpdate } from '@tandem/sync';
import * as Y from 'yjs';
import type { Clock } from '../environment.ts';
import { isLeft } from '../orphans.ts';
import { onOverdue } from '../store/answer-within.ts';
import type { LastWords } from '../store/last-words.ts';
import type {
  DocumentFacts,
  NewOutboxEntry,
  OutboxEntry,
  Position,
  SetAside,
  SetAsideChange,
  Store,
  Stored,
} from '../store/store.ts';
import { UNKNOWN_TIMELINE } from '../store/position.ts';
import { UnkeptWork } from './unkept-work.ts';
import { WriteQueue } from './write-queue.ts';

/** A stored copy of more updates than this is made into one when it is loaded. */
const MAX_STORED_UPDATES = 100;

export interface KeptDocumentOptions {
  readonly document: string;
  readonly store: Store;
  /** Whether what the store has survives a reload, at this moment. */
  readonly isDurable: () => boolean;
  readonly lastWords: LastWords;
  readonly clock: Clock;
  /** `isSafe` may have changed, or something has been set aside. */
  readonly changed: () => void;
  /** This device could not keep it; it is lost with the page. */
  readonly asideNotKept: (aside: Omit<SetAside, 'id'>) => void;
}

export interface Loaded {
  readonly position: Position | null;
  readonly facts: DocumentFacts | null;
  /** The copy and, on top of it, what waits in the outbox. */
  readonly updates: readonly Uint8Array[];
  readonly pending: readonly PendingUpdate[];
  /** Work of another life of the document, which was put aside because it can never be sent. */
  readonly putAside: Aside | null;
}

/** Work that will not be sent, as it was written. */
export interface Aside {
  readonly title: string;
  readonly copy: Uint8Array;
  readonly error: ErrorBody;
}

const NOTHING: Stored = { position: null, facts: null, updates: [], rows: [], outbox: [] };

export class KeptDocument {
  readonly #options: KeptDocumentOptions;
  readonly #writes: WriteQueue;
  /** The store's names of entries that were written here; those that were loaded have theirs. */
  readonly #storedIds = new Map<number, number>();
  readonly #unkept: UnkeptWork;
  /** Where the stored copy is after all that was asked for. */
  #position: Position | null = null;

  constructor(options: KeptDocumentOptions) {
    this.#options = options;
    this.#writes = new WriteQueue(options.changed);
    this.#unkept = new UnkeptWork(options);
  }

  /** Whether all that was given to `keep` is there after a reload. */
  get isSafe(): boolean {
    return this.#options.isDurable() && this.#writes.healthy && !this.#unkept.isLate;
  }

  /** What the store has not confirmed, oldest first. */
  get unkept(): readonly NewOutboxEntry[] {
    return this.#unkept.entries;
  }

  async load(): Promise<Loaded> {
    const stored = await this.#read();
    const { position, facts, updates, outbox } = stored;
    // Without a copy, which another tab may have thrown away, the newest work tells the life.
    const life = position?.incarnation ?? outbox.at(-1)?.incarnation ?? null;
    const ofThisLife = ({ incarnation }: OutboxEntry) =>
      incarnation === null || incarnation === life;
    this.#position = position;
    const pending = outbox.filter(ofThisLife);
    this.#compact(stored);
    return {
      position:
        position ??
        (life === null ? null : { incarnation: life, timeline: UNKNOWN_TIMELINE, seq: 0 }),
      facts,
      updates: [...updates, ...pending.map(({ update }) => update)],
      pending,
      putAside: this.#putAside(
        outbox.filter((entry) => !ofThisLife(entry)),
        facts?.title ?? '',
      ),
    };
  }

  /** A local update as the outbox has it. */
  entryOf(update: Uint8Array, incarnation: string | null): NewOutboxEntry {
    const { document, clock } = this.#options;
    return { document, incarnation, update, at: clock.now() };
  }

  /** Puts a local update into the outbox. */
  keep({ id, update }: PendingUpdate, incarnation: string | null): void {
    const { store } = this.#options;
    const entry = this.entryOf(update, incarnation);
    this.#unkept.add(id, entry);
    this.#writes.begin(async () => {
      this.#storedIds.set(id, await store.enqueue(entry));
      this.#unkept.settle([id]);
    });
  }

  /** `confirmed` names entries as `keep` and `load` did. */
  advance({
    updates = [],
    confirmed = [],
    position,
    facts = null,
  }: {
    readonly updates?: readonly Uint8Array[];
    readonly confirmed?: readonly number[];
    readonly position: Position;
    readonly facts?: DocumentFacts | null;
  }): void {
    const { document, store } = this.#options;
    const since = this.#position;
    this.#position = position;
    this.#unkept.settle(confirmed);
    this.#writes.push(() => {
      const change = { updates, confirmed: this.#takeStoredIds(confirmed), since, position, facts };
      return store.advance(document, change);
    });
  }

  /**
   * Throws the copy away, and the entries; where there are any, `aside` is kept. With the life of the
   * document ends what gone tabs have left of it: beside the copy, as long as that can be read.
   */
  reset(ids: readonly number[], aside: Aside): void {
    const { document, clock } = this.#options;
    const life = this.#position?.incarnation;
    this.#position = null;
    const entry = { ...aside, document, at: clock.now() };
    this.#setAside(ids.length > 0 ? entry : null, ({ updates, outbox }) => {
      const own = this.#takeStoredIds(ids);
      const left = outbox.filter(
        ({ id, incarnation }) =>
          aside.error.code === 'incarnation-changed' && incarnation === life && !own.includes(id),
      );
      const copy =
        left.length === 0
          ? aside.copy
          : inOne([aside.copy, ...updates, ...left.map(({ update }) => update)]);
      const all = [...own, ...left.map(({ id }) => id)];
      return { aside: all.length === 0 ? null : { ...entry, copy }, ids: all, copy: 'forget' };
    });
    // Then it is aside, on this device or in the page.
    void this.#writes.settled().then(() => this.#unkept.settle(ids));
  }

  /** Whether an outbox entry is one of these. */
  isAmong(entry: OutboxEntry, pending: readonly PendingUpdate[]): boolean {
    return pending.some(({ id }) => (this.#storedIds.get(id) ?? id) === entry.id);
  }

  /** What other tabs have kept: the copy, and what they have left of this life that is not among `pending`. */
  async others(
    { incarnation }: Position,
    { pending, now }: { readonly pending: readonly PendingUpdate[]; readonly now: number },
  ): Promise<{
    readonly updates: readonly Uint8Array[];
    readonly orphans: readonly OutboxEntry[];
  }> {
    // An entry of our own is known by its name only once that is given.
    await this.#writes.settled();
    const stored = await this.#options.store.load(this.#options.document);
    if (stored.position?.incarnation !== incarnation) return { updates: [], orphans: [] };
    const orphans = stored.outbox.filter(
      (entry) =>
        entry.incarnation === incarnation && isLeft(entry, now) && !this.isAmong(entry, pending),
    );
    return { updates: stored.updates, orphans };
  }

  settled(): Promise<void> {
    return this.#writes.settled();
  }

  async #read(): Promise<Stored> {
    const { document, store, lastWords } = this.#options;
    // Where the store has no room for them they wait, and nothing else does.
    await lastWords.recover(store).catch(() => undefined);
    try {
      return await store.load(document);
    } catch (error) {
      // What cannot be read cannot be written beside.
      this.#writes.push(() => Promise.reject(error));
      return NOTHING;
    }
  }

  #compact({ position, updates, rows }: Stored): void {
    if (position === null || rows.length <= MAX_STORED_UPDATES) return;
    const { document, store } = this.#options;
    const change = { copy: inOne(updates), incarnation: position.incarnation, rows };
    this.#writes.push(() => store.compact(document, change));
  }

  /** Its own copy is gone, so it is kept as it was written. */
  #putAside(entries: readonly OutboxEntry[], title: string): Aside | null {
    if (entries.length === 0) return null;
    const copy = Y.mergeUpdates(entries.map(({ update }) => update));
    const aside = { title, copy, error: errorOf('incarnation-changed') };
    const entry = { ...aside, document: this.#options.document, at: this.#options.clock.now() };
    const ids = entries.map(({ id }) => id);
    this.#setAside(entry, () => ({ aside: entry, ids, copy: 'keep' }));
    return aside;
  }

  /** `otherwise`: what is lost with the page when this cannot be written. */
  #setAside(
    otherwise: Omit<SetAside, 'id'> | null,
    decide: (stored: Stored) => SetAsideChange,
  ): void {
    const { document, store, clock, changed, asideNotKept } = this.#options;
    let isTold = otherwise === null;
    const notKept = () => {
      if (otherwise !== null && !isTold) asideNotKept(otherwise);
      isTold = true;
    };
    this.#writes.push(async () => {
      await store.setAside(document, decide);
      changed();
    }, notKept);
    // Shown by the page meanwhile. Should the device keep it after all, it is there twice, which is better than never.
    onOverdue(this.#writes.settled(), { clock }, notKept);
  }

  #takeStoredIds(ids: readonly number[]): number[] {
    return ids.map((id) => {
      const stored = this.#storedIds.get(id) ?? id;
      this.#storedIds.delete(id);
      return stored;
    });
  }
}

/** For any number of updates, of which merging would be quadratic. */
function inOne(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  const update = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return update;
}
