/**
 * Documents on a device: a copy of each opened one with its position, the unconfirmed updates, and
 * rejected work. One port, one contract suite, two adapters.
 *
 * A position is never ahead of the content beside it: `advance` writes both at once. Content
 * belongs to an epoch: `load` never mixes epochs, whatever other tabs wrote.
 */
import type { DocumentKind, ErrorBody } from '@tandem/protocol';

export interface Position {
  readonly epoch: string;
  /** The history of the server's database in which `offset` counts. */
  readonly timeline: string;
  readonly offset: number;
}

/** The timeline before the server has named one; no content counts as known. */
export const UNKNOWN_TIMELINE = 'unknown';

export interface DocumentFacts {
  readonly kind: DocumentKind;
  readonly title: string;
}

/** The local copy: applying all updates yields the document at `position`, or later. */
export interface StoredReplica {
  readonly position: Position | null;
  readonly facts: DocumentFacts | null;
  readonly updates: readonly Uint8Array[];
  readonly rows: readonly number[];
}

/** Unconfirmed local work. `id` grows over all tabs of a device. */
export interface OutboxEntry {
  readonly id: number;
  readonly document: string;
  /** The epoch that the update was written in; null before the first contact with the server. */
  readonly epoch: string | null;
  readonly update: Uint8Array;
  readonly at: number;
}

export type NewOutboxEntry = Omit<OutboxEntry, 'id'>;

export type Stored = StoredReplica & { readonly outbox: readonly OutboxEntry[] };

export interface RejectedUpdate {
  readonly id: number;
  readonly document: string;
  readonly title: string;
  readonly replica: Uint8Array;
  readonly error: ErrorBody;
  readonly at: number;
}

export interface Advance {
  readonly updates: readonly Uint8Array[];
  readonly confirmed: readonly number[];
  /**
   * The previous position of the writer's copy. Null: the copy has everything from the beginning.
   */
  readonly since: Position | null;
  readonly position: Position;
  readonly facts: DocumentFacts | null;
  /** Counts as a use of the document. */
  readonly at?: number;
}

export interface RejectedUpdatesChange {
  readonly rejected: Omit<RejectedUpdate, 'id'> | null;
  readonly ids: readonly number[];
  readonly replica: 'keep' | 'forget';
}

/** Methods reject when the device cannot store more; earlier content stays. */
export interface Store {
  load(document: string): Promise<Stored>;
  facts(document: string): Promise<DocumentFacts | null>;
  enqueue(entry: NewOutboxEntry): Promise<number>;
  /** Adds entries to the outbox, except updates that are there already. One transaction. */
  recover(entries: readonly NewOutboxEntry[]): Promise<void>;
  /**
   * One transaction. A position never moves back within a timeline of an epoch. If the stored copy
   * is not at `since`, because another tab has deleted it, neither content nor position is written.
   */
  advance(document: string, advance: Advance): Promise<void>;
  /**
   * Replaces `rows` by one update that contains them. Rows that another tab has added meanwhile
   * stay.
   */
  compact(
    document: string,
    change: {
      readonly replica: Uint8Array;
      readonly epoch: string;
      readonly rows: readonly number[];
    },
  ): Promise<void>;
  /**
   * Removes entries from the outbox, stores the refused work, and keeps or deletes the copy.
   * `decide` runs once, in the same transaction as the reads and writes; if it throws, nothing is
   * written.
   */
  rejectedUpdates(
    document: string,
    decide: (stored: Stored) => RejectedUpdatesChange,
  ): Promise<void>;
  outbox(): Promise<readonly OutboxEntry[]>;
  listRejectedUpdates(): Promise<readonly RejectedUpdate[]>;
  discard(id: number): Promise<void>;
  /** Notes that a document was used, if the device has a copy of it. */
  touch(document: string, at: number): Promise<void>;
  /** Documents that have a copy on the device, and when each was last used. */
  copies(): Promise<readonly StoredCopy[]>;
  /** Deletes copies in one transaction, except of documents with unconfirmed work. */
  evict(documents: readonly string[]): Promise<void>;
  close(): void;
}

export interface StoredCopy {
  readonly document: string;
  readonly timeline: string;
  /** Empty before the server has told it. */
  readonly title: string;
  /** In milliseconds since the epoch; 0 before the document was opened here once more. */
  readonly usedAt: number;
}

export function laterPosition(before: Position | null, after: Position): Position {
  return before !== null && isComparable(before, after) && before.offset > after.offset
    ? before
    : after;
}

/** True if the stored copy contains the content that a writer's change builds on. */
export function reaches(stored: Position | null, since: Position | null): boolean {
  if (since === null || since.offset === 0) return true;
  return stored !== null && isComparable(stored, since) && stored.offset >= since.offset;
}

/** Compares updates by their bytes, which are unique. */
export function isAmong(entry: NewOutboxEntry, others: Iterable<NewOutboxEntry>): boolean {
  for (const { document, update } of others)
    if (document === entry.document && isSame(update, entry.update)) return true;
  return false;
}

function isComparable(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.timeline === other.timeline;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
