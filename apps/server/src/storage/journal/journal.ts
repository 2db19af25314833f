/**
 * The port to the journal of documents. An update is saved exactly when the journal has it. The journal
 * stores an epoch for each document, a snapshot of the first `snapshotOffset` updates, and the later
 * updates as rows without a gap up to `head`. `journal.contract.ts` tests every adapter.
 */
import type { DocumentKind } from '@tandem/protocol';
import type { Batch, StoredDocument } from '@tandem/sync';

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
}

/** `conflict`: another writer changed the document or began a new epoch; nothing of this batch is written. */
export type AppendOutcome = 'committed' | 'conflict';

/** Every call may fail with a `StorageError` and has then written nothing; `load` also with `DamagedDocument`. */
export interface Journal extends AsyncDisposable {
  create(init: JournalInit): Promise<'created' | 'exists'>;
  load(document: string): Promise<StoredDocument | null>;
  /**
   * Writes the batches of many documents, at most one of each, in one durable transaction. A batch is
   * written when the document's head is its `base` and the epochs match.
   *
   * @returns one outcome for each batch, in order.
   */
  append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]>;
  /** Replaces the snapshot and deletes the rows it covers, unless the snapshot has changed meanwhile. */
  compact(compaction: Compaction): Promise<'compacted' | 'conflict'>;
  snapshot(document: string): Promise<StoredSnapshot | null>;
  /**
   * Deletes a document whose head is at most `maxHead`, so that no later work is lost.
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
