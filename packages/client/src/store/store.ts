/**
 * What a device keeps of documents: a copy of each opened one with its position, the updates that the
 * server has not confirmed, and work that was set aside. One port, one contract suite, two adapters.
 *
 * A position is never ahead of the content beside it: `advance` writes both at once.
 * Content belongs to an epoch: `load` never gives that of another life, whatever other tabs wrote.
 */
import type { DocumentKind, ErrorBody } from '@tandem/protocol';

export interface Position {
  readonly epoch: string;
  /** The history of the server's database in which `offset` counts. */
  readonly timeline: string;
  readonly offset: number;
}

export interface DocumentFacts {
  readonly kind: DocumentKind;
  readonly title: string;
}

/** The local copy: applying all updates gives the document at `position`, or later. */
export interface StoredReplica {
  readonly position: Position | null;
  readonly facts: DocumentFacts | null;
  readonly updates: readonly Uint8Array[];
  /** The store's names of these updates, for `compact`. */
  readonly rows: readonly number[];
}

/** Local work that is not confirmed. `id` grows over all tabs of a device. */
export interface OutboxEntry {
  readonly id: number;
  readonly document: string;
  /** The life of the document that it was written in; null when the server had not been heard yet. */
  readonly epoch: string | null;
  readonly update: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Before the store has given it its name. */
export type NewOutboxEntry = Omit<OutboxEntry, 'id'>;

/** All that is kept of one document and not set aside. */
export type Stored = StoredReplica & { readonly outbox: readonly OutboxEntry[] };

/** Work that the server would not take, kept until a person throws it away. */
export interface RejectedUpdate {
  readonly id: number;
  readonly document: string;
  readonly title: string;
  /** The document as it was written here, with the refused work in it. */
  readonly replica: Uint8Array;
  readonly error: ErrorBody;
  readonly at: number;
}

/** What a copy gains in one step. */
export interface Advance {
  readonly updates: readonly Uint8Array[];
  /** Outbox entries that move into the copy. */
  readonly confirmed: readonly number[];
  /** Where the writer's copy was before. Null: it holds everything from the beginning on. */
  readonly since: Position | null;
  readonly position: Position;
  /** Null: as before. */
  readonly facts: DocumentFacts | null;
}

export interface RejectedUpdatesChange {
  /** Null: nothing is worth keeping. */
  readonly rejected: Omit<RejectedUpdate, 'id'> | null;
  /** Outbox entries that it takes the place of. */
  readonly ids: readonly number[];
  readonly replica: 'keep' | 'forget';
}

/** Methods reject when the device cannot keep anything more; what was kept before stays. */
export interface Store {
  load(document: string): Promise<Stored>;
  /** What is known of a document beside its text, without reading that. */
  facts(document: string): Promise<DocumentFacts | null>;
  /** Resolves with the entry's id once it is kept. */
  enqueue(entry: NewOutboxEntry): Promise<number>;
  /** Puts entries into the outbox that may be there already: an update that is, is not put there again. One transaction. */
  recover(entries: readonly NewOutboxEntry[]): Promise<void>;
  /**
   * One transaction. A position never moves back within a timeline of an epoch. Where the stored copy is not at
   * `since`, because another tab has thrown it away, neither content nor position is written.
   */
  advance(document: string, advance: Advance): Promise<void>;
  /** Puts one update in the place of the `rows` that it holds. Others, which another tab has added meanwhile, stay. */
  compact(
    document: string,
    change: {
      readonly replica: Uint8Array;
      readonly epoch: string;
      readonly rows: readonly number[];
    },
  ): Promise<void>;
  /**
   * Takes entries out of the outbox, keeps what was refused, and keeps or forgets the copy. `decide` is called
   * once, within the same transaction as what it reads and what is written; where it throws, nothing is.
   */
  rejectedUpdates(
    document: string,
    decide: (stored: Stored) => RejectedUpdatesChange,
  ): Promise<void>;
  /** The outbox of all documents, oldest first. */
  outbox(): Promise<readonly OutboxEntry[]>;
  listRejectedUpdates(): Promise<readonly RejectedUpdate[]>;
  discard(id: number): Promise<void>;
  close(): void;
}
