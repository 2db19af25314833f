/**
 * What passes between the engine, which owns documents, and the gateway, which owns connections.
 * A subscription is one open channel of one connection; its number is unique in the process and is
 * never used again. The events of one document are told in the order in which the engine gives
 * them; everything else relies on that order.
 */
import type { DocumentKind, ErrorBody } from '@tandem/protocol';

/** A place in a document's journal: rows 1 … `offset` of the life called `epoch`, as `timeline` counts them. */
export interface Position {
  readonly epoch: string;
  /** The history of the database; a restored backup begins a new one. */
  readonly timeline: string;
  readonly offset: number;
}

/** Applying all `updates` brings a copy from `from` to `to`. They are rows one by one, or one update for all of them. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly updates: readonly Uint8Array[];
}

/** What a subscription starts with. Its parts lead from `base` to `offset` without a gap; the next event continues there. */
export type OpenAnswer =
  | {
      readonly kind: 'opened';
      readonly epoch: string;
      readonly timeline: string;
      /** The copy held what this journal does not, and is asked for all of it. */
      readonly isParted: boolean;
      readonly documentKind: DocumentKind;
      /** The schema version that the document needs. */
      readonly schema: number;
      readonly base: number;
      readonly offset: number;
      /** Of what is committed. */
      readonly stateVector: Uint8Array;
      readonly parts: readonly Part[];
    }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

/** Rows from a position on; `gone` when the journal no longer has them one by one. */
export type RowsAnswer =
  | { readonly kind: 'parts'; readonly parts: readonly Part[] }
  | { readonly kind: 'gone' };

export interface Ack {
  readonly subscription: number;
  /** All updates of the subscription up to this one are on disk. */
  readonly cseq: number;
}

/** Rows `from + 1 … to` are on disk; `authors[i]` is the subscription that sent `updates[i]`. */
export interface CommittedEvent {
  readonly kind: 'committed';
  readonly document: string;
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
  readonly updates: readonly Uint8Array[];
  readonly authors: readonly number[];
  /** The schema version that the document needs now. */
  readonly schema: number;
  /** At most one for each subscription. Updates that added nothing are acknowledged without a row. */
  readonly acks: readonly Ack[];
}

export type EngineEvent =
  | CommittedEvent
  | {
      readonly kind: 'answered';
      readonly document: string;
      readonly subscription: number;
      readonly answer: OpenAnswer;
    }
  | {
      readonly kind: 'rows:request';
      readonly document: string;
      readonly subscription: number;
      readonly answer: RowsAnswer;
    }
  | {
      readonly kind: 'refused';
      readonly document: string;
      readonly subscription: number;
      readonly cseq: number;
      readonly error: ErrorBody;
    }
  | {
      readonly kind: 'missing';
      readonly document: string;
      readonly subscription: number;
      readonly cseq: number;
      /** Of what is committed; the sender gives all that it lacks, under its newest `cseq`. */
      readonly stateVector: Uint8Array;
    }
  /** The engine no longer has the document and answers none of its subscriptions. */
  | { readonly kind: 'lost'; readonly document: string };

export interface OpenRequest {
  readonly subscription: number;
  readonly user: string;
  /** The Yjs client id to lend; a stock client does not say it. */
  readonly client?: number | undefined;
  readonly position?: Position | undefined;
  readonly stateVector?: Uint8Array | undefined;
}

export interface AppendRequest {
  readonly subscription: number;
  readonly cseq: number;
  readonly user: string;
  readonly update: Uint8Array;
}

export interface RowsRequest {
  readonly subscription: number;
  readonly from: number;
}

/** What a room asks of the engine. */
export type EngineRequest =
  | ({ readonly kind: 'open'; readonly document: string } & OpenRequest)
  | ({ readonly kind: 'append'; readonly document: string } & AppendRequest)
  | ({ readonly kind: 'rows:request'; readonly document: string } & RowsRequest)
  | { readonly kind: 'close'; readonly document: string; readonly subscription: number };
