/** A document as the journal keeps it, and what is written to it. */
import type { DocumentKind } from '@tandem/protocol';

export interface StoredRow {
  readonly offset: number;
  readonly update: Uint8Array;
}

/** The histories of a database. Content of all of them may be merged; positions count in one. */
export interface Timelines {
  readonly current: string;
  /** Those that a restore ended, from which copies may still bring back what it lost. */
  readonly earlier: readonly string[];
}

export interface StoredDocument {
  readonly document: string;
  readonly epoch: string;
  readonly timelines: Timelines;
  readonly kind: DocumentKind;
  /** One update that holds rows 1 … `snapshotOffset`; `null` while there is none and `snapshotOffset` is 0. */
  readonly snapshot: Uint8Array | null;
  readonly snapshotOffset: number;
  /** All rows after `snapshotOffset`, in order. */
  readonly rows: readonly StoredRow[];
  /** Which user each Yjs client id belongs to. */
  readonly owners: ReadonlyMap<number, string>;
}

export interface Row extends StoredRow {
  readonly user: string;
  readonly subscription: number;
  readonly cseq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What one commit adds to one document: rows `base + 1 …`, and the client ids that are new with them. */
export interface Batch {
  readonly document: string;
  readonly epoch: string;
  readonly base: number;
  readonly rows: readonly Row[];
  readonly owners: ReadonlyMap<number, string>;
  readonly bytes: number;
}

/** The stored bytes cannot be made into the document. It must not be written to. */
export class DamagedDocument extends Error {
  override readonly name = 'DamagedDocument';
  readonly document: string;

  constructor(document: string, reason: string) {
    super(`${document}: ${reason}`);
    this.document = document;
  }
}
