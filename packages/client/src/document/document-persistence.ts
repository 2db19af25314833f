/**
 * Storage of one document on this device: one read, then writes in order. Maps pending updates to
 * the store's ids of their outbox entries.
 */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import type { PendingUpdate } from '@tandem/sync';
import * as Y from 'yjs';
import type { Clock } from '../environment.ts';
import { isOrphaned } from '../orphans.ts';
import { onOverdue } from '../store/answer-within.ts';
import type { UnloadOutbox } from '../store/unload-outbox.ts';
import {
  UNKNOWN_TIMELINE,
  type DocumentFacts,
  type NewOutboxEntry,
  type OutboxEntry,
  type Position,
  type RejectedUpdate,
  type RejectedUpdatesChange,
  type Store,
  type Stored,
} from '../store/store.ts';
import { UnpersistedWork } from './unpersisted-work.ts';
import { WriteQueue } from './write-queue.ts';

const MAX_STORED_UPDATES = 100;

export interface DocumentPersistenceOptions {
  readonly document: string;
  readonly store: Store;
  /** Whether the store survives a reload; may change at any time. */
  readonly isDurable: () => boolean;
  readonly unloadOutbox: UnloadOutbox<NewOutboxEntry>;
  readonly clock: Clock;
  readonly changed: () => void;
  readonly rejectedNotPersisted: (rejected: Omit<RejectedUpdate, 'id'>) => void;
}

export interface Loaded {
  readonly position: Position | null;
  readonly facts: DocumentFacts | null;
  readonly updates: readonly Uint8Array[];
  readonly pending: readonly PendingUpdate[];
  readonly rejectUpdates: RejectedWork | null;
}

export interface RejectedWork {
  readonly title: string;
  readonly replica: Uint8Array;
  readonly error: ErrorBody;
}

const NOTHING: Stored = { position: null, facts: null, updates: [], rows: [], outbox: [] };

export class DocumentPersistence {
  readonly #options: DocumentPersistenceOptions;
  readonly #writes: WriteQueue;
  /** The store's ids of entries that were written here; loaded entries carry theirs. */
  readonly #storedIds = new Map<number, number>();
  readonly #unpersisted: UnpersistedWork;
  /** Entries whose rejection was told; they stay in the outbox where it cannot be stored. */
  readonly #toldRejected = new Set<number>();
  /** The position of the stored copy once all queued writes are done. */
  #position: Position | null = null;

  constructor(options: DocumentPersistenceOptions) {
    this.#options = options;
    this.#writes = new WriteQueue(options.changed);
    this.#unpersisted = new UnpersistedWork(options);
  }

  get isSafe(): boolean {
    return this.#options.isDurable() && this.#writes.healthy && !this.#unpersisted.isLate;
  }

  get unpersisted(): readonly NewOutboxEntry[] {
    return this.#unpersisted.entries;
  }

  async load(): Promise<Loaded> {
    const stored = await this.#read();
    const { position, facts, updates, outbox } = stored;
    // Another tab may have deleted the copy; then the newest entry determines the epoch.
    const life = position?.epoch ?? outbox.at(-1)?.epoch ?? null;
    this.#position = position;
    const pending = outbox.filter((entry) => isOfEpoch(entry, life));
    this.#compact(stored);
    return {
      position:
        position ?? (life === null ? null : { epoch: life, timeline: UNKNOWN_TIMELINE, offset: 0 }),
      facts,
      updates: [...updates, ...pending.map(({ update }) => update)],
      pending,
      rejectUpdates: this.#rejectUpdates(
        outbox.filter((entry) => !isOfEpoch(entry, life)),
        facts?.title ?? '',
      ),
    };
  }

  entryOf(update: Uint8Array, epoch: string | null): NewOutboxEntry {
    const { document, clock } = this.#options;
    return { document, epoch, update, at: clock.now() };
  }

  keep({ id, update }: PendingUpdate, epoch: string | null): void {
    const { store } = this.#options;
    const entry = this.entryOf(update, epoch);
    this.#unpersisted.add(id, entry);
    this.#writes.begin(async () => {
      this.#storedIds.set(id, await store.enqueue(entry));
      this.#unpersisted.settle([id]);
    });
  }

  /** `confirmed` uses the ids of `keep` and `load`. */
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
    const { document, store, clock } = this.#options;
    const since = this.#position;
    const at = clock.now();
    this.#position = position;
    this.#unpersisted.settle(confirmed);
    this.#writes.push(() => {
      const change = {
        updates,
        confirmed: this.#takeStoredIds(confirmed),
        since,
        position,
        facts,
        at,
      };
      return store.advance(document, change);
    });
  }

  /**
   * Deletes the copy and the entries; if there are entries, stores `rejected`. The end of an epoch
   * also rejects entries that closed tabs left, together with the copy, as long as that is
   * readable.
   */
  reset(ids: readonly number[], rejected: RejectedWork): void {
    const { document, clock } = this.#options;
    const life = this.#position?.epoch;
    this.#position = null;
    const entry = { ...rejected, document, at: clock.now() };
    this.#rejectedUpdates(ids.length > 0 ? entry : null, ({ updates, outbox }) => {
      const own = this.#takeStoredIds(ids);
      const left = outbox.filter(
        (waiting) =>
          rejected.error.code === 'epoch-changed' &&
          life !== undefined &&
          // A page that is open delivers its own to the next epoch.
          (waiting.epoch === life ||
            (waiting.epoch === null && isOrphaned(waiting, clock.now()))) &&
          !own.includes(waiting.id),
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
    // The work is now rejected work, on this device or in the page.
    void this.#writes.settled().then(() => this.#unpersisted.settle(ids));
  }

  isAmong(entry: OutboxEntry, pending: readonly PendingUpdate[]): boolean {
    return pending.some(({ id }) => (this.#storedIds.get(id) ?? id) === entry.id);
  }

  async others(
    { epoch }: Position,
    { pending, now }: { readonly pending: readonly PendingUpdate[]; readonly now: number },
  ): Promise<{
    readonly updates: readonly Uint8Array[];
    readonly orphans: readonly OutboxEntry[];
  }> {
    // An own entry is recognizable only once the store has assigned its id.
    await this.#writes.settled();
    const stored = await this.#options.store.load(this.#options.document);
    if (stored.position?.epoch !== epoch) return { updates: [], orphans: [] };
    const orphans = stored.outbox.filter(
      (entry) => isOfEpoch(entry, epoch) && isOrphaned(entry, now) && !this.isAmong(entry, pending),
    );
    return { updates: stored.updates, orphans };
  }

  /** Rejects what closed tabs left of earlier epochs; null if they left nothing. */
  async rejectOrphans({ epoch }: Position, now: number): Promise<RejectedWork | null> {
    await this.#writes.settled();
    const { position, facts, outbox } = await this.#options.store.load(this.#options.document);
    // Another tab may be in a later epoch.
    if (position?.epoch !== epoch) return null;
    const entries = outbox.filter(
      (entry) =>
        !isOfEpoch(entry, epoch) && isOrphaned(entry, now) && !this.#toldRejected.has(entry.id),
    );
    return this.#rejectUpdates(entries, facts?.title ?? '');
  }

  settled(): Promise<void> {
    return this.#writes.settled();
  }

  async #read(): Promise<Stored> {
    const { document, store, unloadOutbox } = this.#options;
    // Entries stay in the unload outbox if the store has no room.
    await unloadOutbox.recover((entries) => store.recover(entries)).catch(() => undefined);
    try {
      return await store.load(document);
    } catch (error) {
      // Content that cannot be read must not be written beside.
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

  #rejectUpdates(entries: readonly OutboxEntry[], title: string): RejectedWork | null {
    if (entries.length === 0) return null;
    const replica = Y.mergeUpdates(entries.map(({ update }) => update));
    const rejected = { title, replica, error: errorOf('epoch-changed') };
    const entry = { ...rejected, document: this.#options.document, at: this.#options.clock.now() };
    const ids = entries.map(({ id }) => id);
    for (const id of ids) this.#toldRejected.add(id);
    this.#rejectedUpdates(entry, ({ outbox }) => {
      // Another tab may have rejected them already.
      const isThere = outbox.some(({ id }) => ids.includes(id));
      return { rejected: isThere ? entry : null, ids, replica: 'keep' };
    });
    return rejected;
  }

  /** `otherwise` is reported as lost with the page if the write fails. */
  #rejectedUpdates(
    otherwise: Omit<RejectedUpdate, 'id'> | null,
    decide: (stored: Stored) => RejectedUpdatesChange,
  ): void {
    const { document, store, clock, changed, rejectedNotPersisted } = this.#options;
    let isReported = otherwise === null;
    const notPersisted = () => {
      if (otherwise !== null && !isReported) rejectedNotPersisted(otherwise);
      isReported = true;
    };
    this.#writes.push(async () => {
      await store.rejectedUpdates(document, decide);
      changed();
    }, notPersisted);
    // The page shows overdue work itself. A late write may then show it twice, which is better than
    // never.
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

/** Work from before a document was first opened here belongs to the epoch that it then has. */
function isOfEpoch(entry: OutboxEntry, epoch: string | null): boolean {
  return entry.epoch === null || entry.epoch === epoch;
}

/** Integrates the updates in a document, because merging many of them is quadratic. */
function inOne(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  const update = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return update;
}
