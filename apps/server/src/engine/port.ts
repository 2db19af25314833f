/**
 * The port between gateway and engine. Requests go in, events come out, and no call waits for a disk or
 * for a large document. All events of one document, including the answers to `open` and `rows:request`,
 * come out in one order, so that a subscription starts exactly where its answer ends.
 */
import type { DocumentLink } from '@tandem/document';
import type { DocumentKind, ErrorBody } from '@tandem/protocol';
import type { EngineEvent, EngineRequest, LaterRows } from '@tandem/sync';

export interface CreateRequest {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly user: string;
  readonly update?: Uint8Array | undefined;
}

export interface DocumentView {
  readonly kind: DocumentKind;
  readonly excerpt: string;
  /** The text of a page, in parts for the search. */
  readonly parts: readonly string[];
  /** The links of a page to documents. */
  readonly links: readonly DocumentLink[];
  /** Ids of the files that a page refers to. */
  readonly files: readonly string[];
  readonly epoch: string;
  readonly offset: number;
}

/**
 * What another process says about its rows in the journal. Such messages may be late, repeated, in any order or
 * lost: known ones are ignored, and the engine reads the journal for what is missing (CL4, CL12).
 */
export type FollowRequest =
  | {
      readonly kind: 'later';
      readonly document: string;
      readonly epoch: string;
      readonly later: LaterRows;
    }
  /** The head is at least this one; for rows that were too many to send, and for heads that are repeated. */
  | {
      readonly kind: 'moved';
      readonly document: string;
      readonly epoch: string;
      readonly head: number;
    };

export type EngineNotice = EngineEvent | ShardNotice;

export type ShardNotice =
  | { readonly kind: 'stalled'; readonly shard: number; readonly error: ErrorBody }
  | { readonly kind: 'resumed'; readonly shard: number }
  | { readonly kind: 'drained'; readonly shard: number }
  /**
   * Rows that this process committed, which the others follow: send them `later`, or `moved` with the last
   * offset. Only for a journal that is shared.
   */
  | {
      readonly kind: 'appended';
      readonly document: string;
      readonly epoch: string;
      readonly later: LaterRows;
    }
  | {
      readonly kind: 'latency';
      readonly work: 'commit';
      readonly shard: number;
      readonly ms: number;
    }
  | {
      readonly kind: 'latency';
      readonly work: 'compaction';
      readonly document: string;
      readonly ms: number;
    }
  | {
      readonly kind: 'error';
      readonly what: string;
      readonly document?: string | undefined;
      readonly detail: string;
    };

export interface EngineStats {
  readonly shards: readonly {
    readonly documents: number;
    readonly queuedBytes: number;
    readonly commits: number;
    readonly rows: number;
    /** Appends that met another process, and were repeated. */
    readonly conflicts: number;
    readonly restarts: number;
    readonly state: 'running' | 'stalled' | 'restarting';
  }[];
  readonly compactions: number;
}

export interface Engine extends AsyncDisposable {
  /**
   * Sends a request of a room. The answer to `open` is an `answered` event, and the document's events
   * follow it until `close`. The answer to `append` is an ack in a `committed` event, `refused` or
   * `missing`. Requests of a subscription that is not open get no answer.
   */
  request(request: EngineRequest): void;
  /** Ignored for a document that is not open here. Subscribe to a document's messages before it is opened. */
  follow(request: FollowRequest): void;
  /** Ends the subscriptions of a document, as `lost`; it is read from the journal for the next one. */
  reload(document: string): void;
  /**
   * Creates a document with its first content. Changes nothing when the document exists.
   *
   * @throws EngineError `storage-failed` or `overloaded`: try again.
   */
  create(request: CreateRequest): Promise<'created' | 'exists'>;
  /**
   * Deletes a document, unless it is in use or its head is beyond `maxHead`.
   *
   * @returns `deleted` also when the document does not exist.
   * @throws EngineError `storage-failed` or `overloaded`: try again.
   */
  delete(document: string, options: { readonly maxHead: number }): Promise<'deleted' | 'kept'>;
  /**
   * @returns null when the document does not exist or cannot be loaded.
   * @throws EngineError `storage-failed` or `overloaded`: try again.
   */
  view(document: string): Promise<DocumentView | null>;
  /**
   * Whether more than `SHARD_QUEUE.maxBytes` wait in the document's shard. Check after each `append`: when
   * true, stop reading from the sender until `drained`.
   */
  isFull(document: string): boolean;
  storageError(document: string): ErrorBody | null;
  /** Sets the one listener, which receives notices in groups and is never called during a request. */
  onNotices(listener: (notices: readonly EngineNotice[]) => void): void;
  stats(): EngineStats;
}

export class EngineError extends Error {
  readonly body: ErrorBody;

  constructor(body: ErrorBody) {
    super(body.message);
    this.name = 'EngineError';
    this.body = body;
  }
}
