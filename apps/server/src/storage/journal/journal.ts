/**
 * The port to the journal of documents. An update is saved exactly when the journal has it. The journal
 * stores an epoch for each document, a snapshot of the first `snapshotOffset` updates, and the later
 * updates as rows without a gap up to `head`. `journal.contract.ts` tests every adapter.
 */
import type { DocumentKind, HistoryRow } from '@tandem/protocol';
import type { Batch, LaterRows, StoredDocument } from '@tandem/sync';
import type { HistoryChunk } from '../history/history-chunk.ts';

export interface JournalInit {
  readonly document: string;
  readonly epoch: string;
  readonly kind: DocumentKind;
  readonly seed?:
    | {
        readonly update: Uint8Array;
        readonly user: string;
        readonly at: number;
        readonly owners: ReadonlyMap<number, string>;
      }
    | undefined;
}

export interface Compaction {
  readonly document: string;
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
  readonly snapshot: Uint8Array;
  /** The rows that the snapshot covers and the one before did not (HY1). */
  readonly chunks: readonly HistoryChunk[];
}

export interface CompactedRows {
  readonly rows: readonly HistoryRow[];
  /** In the history, since its last whole state. */
  readonly sinceCheckpoint: { readonly rows: number; readonly bytes: number };
}

/**
 * `conflict`: another writer changed the document or began a new epoch. `busy`: another writer holds the
 * document at this moment. Nothing of the batch is written in either case.
 */
export type AppendOutcome = 'committed' | 'conflict' | 'busy';

export interface JournalPosition {
  readonly epoch: string;
  readonly offset: number;
  /** The batch of the row at `offset`; null where it is unknown, and where there is no row. */
  readonly tail: string | null;
}

/** Every call may fail with a `StorageError` and has then written nothing; `load` also with `DamagedDocument`. */
export interface Journal extends AsyncDisposable {
  create(init: JournalInit): Promise<'created' | 'exists'>;
  load(document: string): Promise<StoredDocument | null>;
  /**
   * Writes the batches of many documents, at most one of each, in one durable transaction. A batch is
   * written when the document's head is its `base`, the last batch is its `tail` and the epochs match. A
   * batch that the journal has already, from an attempt with an unknown outcome, is `committed`.
   *
   * @returns one outcome for each batch, in order.
   */
  append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]>;
  /**
   * Reads what other writers appended. Null when the journal no longer has these rows, has another epoch, or
   * has another batch at the position; the document must then be loaded again.
   */
  readLater(document: string, position: JournalPosition): Promise<LaterRows | null>;
  /** Reads what a compaction moves to the history; rows that another one has moved are missing. */
  readForCompaction(document: string, upTo: number): Promise<CompactedRows>;
  /** Replaces the snapshot and moves the rows it covers to the history, unless the snapshot has changed meanwhile. */
  compact(compaction: Compaction): Promise<'compacted' | 'conflict'>;
  snapshot(document: string): Promise<StoredSnapshot | null>;
  /**
   * Deletes a document with its history, if its head is at most `maxHead`, so that no later work is lost.
   *
   * @returns `deleted` also when the document does not exist.
   */
  delete(document: string, options: { readonly maxHead: number }): Promise<'deleted' | 'kept'>;
}

export interface StoredSnapshot {
  readonly epoch: string;
  readonly snapshot: Uint8Array;
  readonly snapshotOffset: number;
}
