/**
 * Messages between the engine, which owns documents, and the gateway, which owns connections. A
 * subscription is one open channel of one connection; its number is unique in the process and never
 * reused. The gateway must process a document's events in the engine's order.
 */
import type { DocumentKind, ErrorBody } from '@tandem/protocol';

export interface Position {
  readonly epoch: string;
  readonly timeline: string;
  readonly offset: number;
}

/** All `updates`, single rows or one merged update, bring a replica from `from` to `to`. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly updates: readonly Uint8Array[];
}

export type OpenAnswer =
  | {
      readonly kind: 'opened';
      readonly epoch: string;
      readonly timeline: string;
      /** The replica has content that this journal lacks, and the client is asked for all of it. */
      readonly isParted: boolean;
      readonly documentKind: DocumentKind;
      readonly schema: number;
      readonly base: number;
      readonly offset: number;
      readonly stateVector: Uint8Array;
      readonly parts: readonly Part[];
    }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

export type RowsAnswer =
  | { readonly kind: 'parts'; readonly parts: readonly Part[] }
  | { readonly kind: 'gone' };

export interface Ack {
  readonly subscription: number;
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
  readonly schema: number;
  /** At most one per subscription. Updates that added nothing are acknowledged without a row. */
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
      readonly stateVector: Uint8Array;
    }
  /** The engine no longer has the document and answers none of its subscriptions. */
  | { readonly kind: 'lost'; readonly document: string };

export interface OpenRequest {
  readonly subscription: number;
  readonly user: string;
  /** The Yjs client id to lease; absent for stock clients. */
  readonly client?: number | undefined;
  readonly position?: Position | undefined;
  readonly stateVector?: Uint8Array | undefined;
  /** For a person who may not see the history: without deleted words (SY43). */
  readonly omitsDeleted?: boolean | undefined;
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
  readonly omitsDeleted?: boolean | undefined;
}

export type EngineRequest =
  | ({ readonly kind: 'open'; readonly document: string } & OpenRequest)
  | ({ readonly kind: 'append'; readonly document: string } & AppendRequest)
  | ({ readonly kind: 'rows:request'; readonly document: string } & RowsRequest)
  | { readonly kind: 'close'; readonly document: string; readonly subscription: number };
