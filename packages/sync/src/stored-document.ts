/** A document in the journal, and the batches written to it. */
import type { DocumentKind } from '@tandem/protocol';

export interface StoredRow {
  readonly offset: number;
  readonly update: Uint8Array;
}

/** The histories of a database. Content of all of them may be merged; positions count in one. */
export interface Timelines {
  readonly current: string;
  /** Timelines ended by a restore; their copies may return content that the restore lost. */
  readonly earlier: readonly string[];
}

export interface StoredDocument {
  readonly document: string;
  readonly epoch: string;
  readonly timelines: Timelines;
  readonly kind: DocumentKind;
  /** One update that holds rows 1 … `snapshotOffset`; `null` while `snapshotOffset` is 0. */
  readonly snapshot: Uint8Array | null;
  readonly snapshotOffset: number;
  readonly rows: readonly StoredRow[];
  readonly owners: ReadonlyMap<number, string>;
}

export interface Row extends StoredRow {
  readonly user: string;
  readonly subscription: number;
  readonly cseq: number;
  readonly at: number;
}

/** One commit's additions to one document: rows `base + 1 …`, and new client ids. */
export interface Batch {
  readonly document: string;
  readonly epoch: string;
  readonly base: number;
  readonly rows: readonly Row[];
  readonly owners: ReadonlyMap<number, string>;
  readonly bytes: number;
}

/** The stored bytes do not form a valid document, so writing must stop. */
export class DamagedDocument extends Error {
  override readonly name = 'DamagedDocument';
  readonly document: string;

  constructor(document: string, reason: string) {
    super(`${document}: ${reason}`);
    this.document = document;
  }
}
