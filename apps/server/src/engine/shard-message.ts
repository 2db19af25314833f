/** Messages between the main thread and a shard: requests in, one turn at a time out. */
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
  | {
      readonly kind: 'delete';
      readonly id: number;
      readonly document: string;
      readonly maxHead: number;
    }
  | { readonly kind: 'quarantine'; readonly document: string }
  | {
      readonly kind: 'compacted';
      readonly document: string;
      readonly outcome: 'compacted' | 'unchanged';
    };

export type ShardReply =
  | { readonly id: number; readonly kind: 'created'; readonly outcome: 'created' | 'exists' }
  | { readonly id: number; readonly kind: 'viewed'; readonly view: DocumentView | null }
  | { readonly id: number; readonly kind: 'deleted'; readonly outcome: 'deleted' | 'kept' }
  | { readonly id: number; readonly kind: 'failed'; readonly error: ErrorBody };

export interface ShardTurn {
  readonly notices: readonly EngineNotice[];
  readonly replies: readonly ShardReply[];
  readonly compactions: readonly string[];
  readonly takenBytes: number;
  readonly queuedBytes: number;
  readonly documents: number;
  readonly commits: number;
  readonly rows: number;
}
