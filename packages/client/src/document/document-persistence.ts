/**
 * What this device keeps of one document: reads it once, then writes in the order in which it is
 * asked, and knows the store's names of what waits in the outbox.
 */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import type { PendingUpdate } from '@tandem/sync';
import * as Y from 'yjs';
import type { Clock } from '../environment.ts';
import { isOrphaned } from '../orphans.ts';
import { onOverdue } from '../store/answer-within.ts';
import type { UnloadOutbox } from '../store/unload-outbox.ts';
import type {
  DocumentFacts,
  NewOutboxEntry,
  OutboxEntry,
  Position,
  RejectedUpdate,
  RejectedUpdatesChange,
  Store,
  Stored,
} from '../store/store.ts';
import { UNKNOWN_TIMELINE } from '../store/position.ts';
import { UnpersistedWork } from './unpersisted-work.ts';
import { WriteQueue } from './write-queue.ts';

/** A stored copy of more updates than this is made into one when it is loaded. */
const MAX_STORED_UPDATES = 100;

export interface DocumentPersistenceOptions {
  readonly document: string;
  readonly store: Store;
  /** Whether what the store has survives a reload, at this moment. */
  readonly isDurable: () => boolean;
  readonly unloadOutbox: UnloadOutbox;
  readonly clock: Clock;
  /** `isSafe` may have changed, or something has been set aside. */
  readonly changed: () => void;
  /** This device could not keep it; it is lost with the page. */
  readonly rejectedNotPersisted: (rejected: Omit<RejectedUpdate, 'id'>) => void;
}

export interface Loaded {
  readonly position: Position | null;
  readonly facts: DocumentFacts | null;
  /** The copy and, on top of it, what waits in the outbox. */
  readonly updates: readonly Uint8Array[];
  readonly pending: readonly PendingUpdate[];
  /** Work of another life of the document, which was put aside because it can never be sent. */
  readonly rejectUpdates: RejectedWork | null;
}

/** Work that will not be sent, as it was written. */
export interface RejectedWork {
  readonly title: string;
  readonly replica: Uint8Array;
  readonly error: ErrorBody;
}

const NOTHING: Stored = { position: null, facts: null, updates: [], rows: [], outbox: [] };

export class DocumentPersistence {
  readonly #options: DocumentPersistenceOptions;
  readonly #writes: WriteQueue;
  /** The store's names of entries that were written here; those that were loaded have theirs. */
  readonly #storedIds = new Map<number, number>();
  readonly #unpersisted: UnpersistedWork;
  /** Where the stored copy is after all that was asked for. */
  #position: Position | null = null;

  constructor(options: DocumentPersistenceOptions) {
    this.#options = options;
    this.#writes = new WriteQueue(options.changed);
    this.#unpersisted = new UnpersistedWork(options);
  }

  /** Whether all that was given to `keep` is there after a reload. */
  get isSafe(): boolean {
    return this.#options.isDurable() && this.#writes.healthy && !this.#unpersisted.isLate;
  }

  /** What the store has not confirmed, oldest first. */
  get unpersisted(): readonly NewOutboxEntry[] {
    return this.#unpersisted.entries;
  }

  async load(): Promise<Loaded> {
    const stored = await this.#read();
    const { position, facts, updates, outbox } = stored;
    // Without a copy, which another tab may have thrown away, the newest work tells the life.
    const life = position?.epoch ?? outbox.at(-1)?.epoch ?? null;
    const ofThisLife = ({ epoch }: OutboxEntry) => epoch === null || epoch === life;
    this.#position = position;
    const pending = outbox.filter(ofThisLife);
    this.#compact(stored);
    return {
      position:
        position ?? (life === null ? null : { epoch: life, timeline: UNKNOWN_TIMELINE, offset: 0 }),
      facts,
      updates: [...updates, ...pending.map(({ update }) => update)],
      pending,
      rejectUpdates: this.#rejectUpdates(
        outbox.filter((entry) => !ofThisLife(entry)),
        facts?.title ?? '',
      ),
    };
  }

  /** A local update as the outbox has it. */
  entryOf(update: Uint8Array, epoch: string | null): NewOutboxEntry {
    const { document, clock } = this.#options;
    return { document, epoch, update, at: clock.now() };
  }

  /** Puts a local update into the outbox. */
  keep({ id, update }: PendingUpdate, epoch: string | null): void {
    const { store } = this.#options;
    const entry = this.entryOf(update, epoch);
    this.#unpersisted.add(id, entry);
    this.#writes.begin(async () => {
      this.#storedIds.set(id, await store.enqueue(entry));
      this.#unpersisted.settle([id]);
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
    this.#unpersisted.settle(confirmed);
    this.#writes.push(() => {
      const change = { updates, confirmed: this.#takeStoredIds(confirmed), since, position, facts };
      return store.advance(document, change);
    });
  }

  /**
   * Throws the copy away, and the entries; where there are any, `rejected` is kept. With the life of the
   * document ends what gone tabs have left of it: beside the copy, as long as that can be read.
   */
  reset(ids: readonly number[], rejected: RejectedWork): void {
    const { document, clock } = this.#options;
    const life = this.#position?.epoch;
    this.#position = null;
    const entry = { ...rejected, document, at: clock.now() };
    this.#rejectedUpdates(ids.length > 0 ? entry : null, ({ updates, outbox }) => {
      const own = this.#takeStoredIds(ids);
      const left = outbox.filter(
        ({ id, epoch }) =>
          rejected.error.code === 'epoch-changed' && epoch === life && !own.includes(id),
      );
      const replica =
        left.length === 0
          ? rejected.replica
          : inOne([rejected.replica, ...updates, ...left.map(({ update }) => update)]);
      const all = [...own, ...left.map(({ id }) => id)];
      return {
        rejected: all.length === 0 ? null : { ...entry, replica },
        ids: all,
        replica: 'forget',
      };
    });
    // Then it is aside, on this device or in the page.
    void this.#writes.settled().then(() => this.#unpersisted.settle(ids));
  }

  /** Whether an outbox entry is one of these. */
  isAmong(entry: OutboxEntry, pending: readonly PendingUpdate[]): boolean {
    return pending.some(({ id }) => (this.#storedIds.get(id) ?? id) === entry.id);
  }

  /** What other tabs have kept: the copy, and what they have left of this life that is not among `pending`. */
  async others(
    { epoch }: Position,
    { pending, now }: { readonly pending: readonly PendingUpdate[]; readonly now: number },
  ): Promise<{
    readonly updates: readonly Uint8Array[];
    readonly orphans: readonly OutboxEntry[];
  }> {
    // An entry of our own is known by its name only once that is given.
    await this.#writes.settled();
    const stored = await this.#options.store.load(this.#options.document);
    if (stored.position?.epoch !== epoch) return { updates: [], orphans: [] };
    const orphans = stored.outbox.filter(
      (entry) => entry.epoch === epoch && isOrphaned(entry, now) && !this.isAmong(entry, pending),
    );
    return { updates: stored.updates, orphans };
  }

  settled(): Promise<void> {
    return this.#writes.settled();
  }

  async #read(): Promise<Stored> {
    const { document, store, unloadOutbox } = this.#options;
    // Where the store has no room for them they wait, and nothing else does.
    await unloadOutbox.recover(store).catch(() => undefined);
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
    const change = { replica: inOne(updates), epoch: position.epoch, rows };
    this.#writes.push(() => store.compact(document, change));
  }

  /** Its own copy is gone, so it is kept as it was written. */
  #rejectUpdates(entries: readonly OutboxEntry[], title: string): RejectedWork | null {
    if (entries.length === 0) return null;
    const replica = Y.mergeUpdates(entries.map(({ update }) => update));
    const rejected = { title, replica, error: errorOf('epoch-changed') };
    const entry = { ...rejected, document: this.#options.document, at: this.#options.clock.now() };
    const ids = entries.map(({ id }) => id);
    this.#rejectedUpdates(entry, () => ({ rejected: entry, ids, replica: 'keep' }));
    return rejected;
  }

  /** `otherwise`: what is lost with the page when this cannot be written. */
  #rejectedUpdates(
    otherwise: Omit<RejectedUpdate, 'id'> | null,
    decide: (stored: Stored) => RejectedUpdatesChange,
  ): void {
    const { document, store, clock, changed, rejectedNotPersisted } = this.#options;
    let isTold = otherwise === null;
    const notPersisted = () => {
      if (otherwise !== null && !isTold) rejectedNotPersisted(otherwise);
      isTold = true;
    };
    this.#writes.push(async () => {
      await store.rejectedUpdates(document, decide);
      changed();
    }, notPersisted);
    // Shown by the page meanwhile. Should the device keep it after all, it is there twice, which is better than never.
    onOverdue(this.#writes.settled(), { clock }, notPersisted);
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
