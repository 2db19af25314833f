/** What the main thread and a shard say to each other: requests in, one turn at a time out. */
import type { ErrorBody } from '@tandem/protocol';
import type { EngineRequest } from '@tandem/sync';
import type { CreateRequest, DocumentView, EngineNotice } from './port.ts';

export type ShardRequest =
  | EngineRequest
  | {
      readonly kind: 'create';
      readonly id: number;
      readonly epoch: string;
      readonly request: CreateRequest;
    }
  | { readonly kind: 'view'; readonly id: number; readonly document: string }
  /** The document ended the worker that read it: answer as for a damaged one for a while. */
  | { readonly kind: 'quarantine'; readonly document: string }
  /** The document's snapshot is another now, or could not be made. */
  | {
      readonly kind: 'compacted';
      readonly document: string;
      readonly outcome: 'compacted' | 'unchanged';
    };

/** Answers a request by its `id`. */
export type ShardReply =
  | { readonly id: number; readonly kind: 'created'; readonly outcome: 'created' | 'exists' }
  | { readonly id: number; readonly kind: 'viewed'; readonly view: DocumentView | null }
  | { readonly id: number; readonly kind: 'failed'; readonly error: ErrorBody };

/** What one turn of a shard's loop has brought about. */
export interface ShardTurn {
  readonly notices: readonly EngineNotice[];
  readonly replies: readonly ShardReply[];
  /** Documents that have gathered enough to be compacted. */
  readonly compactions: readonly string[];
  /** Bytes of the updates taken since the last turn, and of those that wait for their commit. */
  readonly takenBytes: number;
  readonly queuedBytes: number;
  readonly documents: number;
  readonly commits: number;
  readonly rows: number;
}
