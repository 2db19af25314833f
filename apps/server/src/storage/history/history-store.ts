/**
 * The port to what documents were: chunks, which a compaction writes in the transaction in which it deletes the
 * rows (HY1), and the journal's rows after them. `history.contract.ts` tests every adapter, together with its
 * journal, which writes the chunks.
 */
import type { HistoryRow } from '@tandem/protocol';
import type { DocumentKind } from '@tandem/protocol';
import type { HistoryChunk } from './history-chunk.ts';
import type { RowHeader } from './history-sessions.ts';

export interface HistoryPosition {
  readonly epoch: string;
  readonly timeline: string;
  readonly kind: DocumentKind;
  readonly head: number;
}

export type ChunkSummary = Pick<HistoryChunk, 'from' | 'to' | 'sessions'>;

export type StoredChunk = Pick<HistoryChunk, 'from' | 'to' | 'data'>;
export type ThinnedChunk = Pick<HistoryChunk, 'from' | 'to' | 'data' | 'bytes'> & {
  readonly at: number;
  /** The named rows that stay moments. */
  readonly pinned: readonly number[];
};

export interface Checkpoint {
  readonly offset: number;
  readonly state: Uint8Array;
  readonly isCompressed: boolean;
}

/** The rows after `after` up to `upTo`, which is included. */
export interface OffsetRange {
  readonly after: number;
  readonly upTo: number;
}

/** Every call may fail with a `StorageError`. */
export interface HistoryStore extends AsyncDisposable {
  /** @returns null when the document does not exist. */
  position(document: string): Promise<HistoryPosition | null>;
  /** The newest chunks that begin before an offset, the newest first. */
  summaries(
    document: string,
    options: { readonly before: number; readonly limit: number },
  ): Promise<readonly ChunkSummary[]>;
  /** Rows of the journal: those that are in no chunk. */
  headers(document: string): Promise<readonly RowHeader[]>;
  /** The newest state that is stored as a whole, at most at an offset. */
  checkpoint(document: string, upTo: number): Promise<Checkpoint | null>;
  /** The first chunks that hold rows of the range. */
  chunks(
    document: string,
    range: OffsetRange & { readonly limit: number },
  ): Promise<readonly StoredChunk[]>;
  /** The first chunks that were not thinned and ended before a time. */
  unthinned(
    document: string,
    options: { readonly before: number; readonly limit: number },
  ): Promise<readonly StoredChunk[]>;
  /**
   * Replaces the rows of a chunk, once, unless another row of it got a name meanwhile. Its sessions and its checkpoint
   * stay.
   */
  thin(document: string, chunk: ThinnedChunk): Promise<void>;
  /** Rows of the journal; those that were compacted meanwhile are missing. */
  rows(document: string, range: OffsetRange): Promise<readonly HistoryRow[]>;
}
