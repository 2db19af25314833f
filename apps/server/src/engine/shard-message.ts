/** Messages between the main thread and a shard: requests in, one turn at a time out. */
import type { ErrorBody } from '@tandem/protocol';
import type { EngineRequest, StoredRow } from '@tandem/sync';
import type { CreateRequest, DocumentView, EngineNotice, FollowRequest } from './port.ts';

export type ShardRequest =
  | EngineRequest
  | FollowRequest
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
  | { readonly kind: 'reload'; readonly document: string }
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

export type RequestOf<K extends ShardRequest['kind']> = Extract<ShardRequest, { readonly kind: K }>;
export type LoadingRequest = RequestOf<'open' | 'view'>;
export type Moved = RequestOf<'moved'>;

export interface ShardTurn {
  readonly notices: readonly EngineNotice[];
  readonly replies: readonly ShardReply[];
  readonly compactions: readonly string[];
  readonly takenBytes: number;
  readonly queuedBytes: number;
  readonly documents: number;
  readonly commits: number;
  readonly rows: number;
  readonly conflicts: number;
}

export function bytesOf(rows: readonly StoredRow[]): number {
  return rows.reduce((sum, { update }) => sum + update.byteLength, 0);
}

/** The newer head of both, as far as they can be compared. */
export function newerHead(known: Moved | null, request: FollowRequest): Moved {
  const { document, epoch } = request;
  const head =
    request.kind === 'moved' ? request.head : request.later.base + request.later.rows.length;
  if (known !== null && known.epoch === epoch && known.head >= head) return known;
  return { kind: 'moved', document, epoch, head };
}
