/**
 * The journal: what is in it is saved, and nothing else is. Per document it holds an epoch, a
 * snapshot of the first `snapshotOffset` updates and the rows after it, without a gap up to `head`.
 * `journal.contract.ts` says what every adapter does.
 */
import type { DocumentKind } from '@tandem/protocol';
import type { Batch, StoredDocument } from '@tandem/sync';

/** The beginning of a document. */
export interface Birth {
  readonly document: string;
  readonly epoch: string;
  readonly kind: DocumentKind;
  /** The first row, with the owners of the Yjs clients in it. */
  readonly seed?:
    | {
        readonly update: Uint8Array;
        readonly user: string;
        readonly at: number;
        readonly owners: ReadonlyMap<number, string>;
      }
    | undefined;
}

/** A snapshot that takes the place of another and of the rows up to `to`. */
export interface Compaction {
  readonly document: string;
  readonly epoch: string;
  /** The `snapshotOffset` that it was made from. */
  readonly from: number;
  readonly to: number;
  readonly snapshot: Uint8Array;
}

/** `conflict`: somebody else has written to the document, or it has begun another life; nothing of this batch is written. */
export type AppendOutcome = 'committed' | 'conflict';

/** Every call may fail with a `DatabaseError` and has then written nothing; `load` also with `DamagedDocument`. */
export interface Journal extends AsyncDisposable {
  /** Changes nothing when the document exists. */
  create(birth: Birth): Promise<'created' | 'exists'>;
  load(document: string): Promise<StoredDocument | null>;
  /**
   * Writes the batches of many documents, at most one of each, in one transaction and puts them on
   * the disk. A batch is written when the document's head is its `base` and the epoch its own.
   *
   * @returns what became of each, in order.
   */
  append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]>;
  /** Swaps the snapshot in and deletes the rows it covers, when the snapshot is still the one it was made from. */
  compact(compaction: Compaction): Promise<'compacted' | 'conflict'>;
  /** The snapshot alone; null when there is none. */
  snapshot(document: string): Promise<StoredSnapshot | null>;
}

export interface StoredSnapshot {
  readonly epoch: string;
  readonly snapshot: Uint8Array;
  readonly snapshotOffset: number;
}
