/** A document in the journal, and the batches written to it. */
import type { DocumentKind } from '@tandem/protocol';

export interface StoredRow {
  readonly offset: number;
  readonly update: Uint8Array;
}

export interface Timelines {
  readonly current: string;
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

export interface Batch {
  readonly document: string;
  readonly epoch: string;
  readonly base: number;
  readonly rows: readonly Row[];
  readonly owners: ReadonlyMap<number, string>;
  readonly bytes: number;
}

export class DamagedDocument extends Error {
  override readonly name = 'DamagedDocument';
  readonly document: string;

  constructor(document: string, reason: string) {
    super(`${document}: ${reason}`);
    this.document = document;
  }
}
