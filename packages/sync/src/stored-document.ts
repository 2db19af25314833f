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
  /** The id of the last batch; null before the first one, and from a journal that only one process writes. */
  readonly tail: string | null;
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
  /** Unique: by it the journal recognises a batch that it has already. */
  readonly id: string;
  readonly base: number;
  /** The id of the batch that this one follows. */
  readonly tail: string | null;
  readonly rows: readonly Row[];
  readonly owners: ReadonlyMap<number, string>;
  readonly bytes: number;
}

/** What other processes committed after offset `base`. */
export interface LaterRows {
  readonly base: number;
  readonly rows: readonly (StoredRow & { readonly user: string })[];
  /** The owners of the Yjs client ids that occur first in `rows`, perhaps beside others. */
  readonly owners: ReadonlyMap<number, string>;
  readonly tail: string | null;
  /** The batch before `rows`; absent if the journal has compared it. */
  readonly previousTail?: string | null | undefined;
  /** The schema version that `rows` need; if it is absent, the document is loaded to find out. */
  readonly schema?: number | undefined;
}

export class DamagedDocument extends Error {
  override readonly name = 'DamagedDocument';
  readonly document: string;

  constructor(document: string, reason: string) {
    super(`${document}: ${reason}`);
    this.document = document;
  }
}
