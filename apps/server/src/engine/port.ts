/**
 * What the gateway sees of the engine. Requests go in, events come out; nothing here waits for a
 * disk or for a large document. All that concerns one document comes out in one order, the answers
 * to `open` and `range` included, so that a subscription starts exactly where its answer ends.
 */
import type { DocumentKind, ErrorBody } from '@tandem/protocol';
import type { EngineEvent, EngineRequest } from '@tandem/sync';

export interface CreateRequest {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly user: string;
  /** The first content, written only when the document does not exist yet. */
  readonly update?: Uint8Array | undefined;
}

/** What a document says, as far as it is committed. */
export interface DocumentView {
  readonly kind: DocumentKind;
  /** The first words, at most 200 characters. */
  readonly excerpt: string;
}

/** What the gateway hears: events of documents for their rooms, and the state of the engine itself. */
export type EngineNotice = EngineEvent | ShardNotice;

export type ShardNotice =
  /** Commits of a shard fail and are tried again; acknowledgements stop, nothing is lost. */
  | { readonly kind: 'stalled'; readonly shard: number; readonly error: ErrorBody }
  | { readonly kind: 'resumed'; readonly shard: number }
  /** Writers that were not read from because of `isFull` may be read from again. */
  | { readonly kind: 'drained'; readonly shard: number }
  /** Work that is over, for the metrics: a transaction of the journal, or the compaction of a document. */
  | { readonly kind: 'timed'; readonly work: 'commit'; readonly shard: number; readonly ms: number }
  | {
      readonly kind: 'timed';
      readonly work: 'compaction';
      readonly document: string;
      readonly ms: number;
    }
  /** For the log: what went wrong inside, once. */
  | {
      readonly kind: 'incident';
      readonly what: string;
      readonly document?: string | undefined;
      readonly detail: string;
    };

export interface EngineStats {
  readonly shards: readonly {
    readonly documents: number;
    /** Bytes that are not committed yet. */
    readonly queuedBytes: number;
    readonly commits: number;
    readonly rows: number;
    readonly restarts: number;
    readonly state: 'running' | 'stalled' | 'restarting';
  }[];
  readonly compactions: number;
}

export interface Engine extends AsyncDisposable {
  /**
   * What a room asks. `open` is answered by an `answered` event, and the document's events follow it
   * until `close`; `append` by the acks of a `committed` event, by `refused` or by `missing`; `range`
   * by a `range` event. What a subscription sends that is not open, or no longer, is not answered.
   */
  request(request: EngineRequest): void;
  /**
   * Gives a document its journal, and its first content with it, once: repeating it changes nothing.
   *
   * @throws EngineError `storage-failed` or `overloaded`: try again.
   */
  create(request: CreateRequest): Promise<'created' | 'exists'>;
  /**
   * @returns null when there is no such document, or it cannot be read.
   * @throws EngineError `storage-failed` or `overloaded`: try again.
   */
  view(document: string): Promise<DocumentView | null>;
  /**
   * Ask after each `append`: when more than `MAX_QUEUE_BYTES` wait with this document's shard, stop
   * reading from its sender until `drained`.
   */
  isFull(document: string): boolean;
  /** Why commits of this document's shard fail at the moment; null while they do not. */
  storageError(document: string): ErrorBody | null;
  /** One listener hears everything, several notices at a time. It is never called from within a request. */
  onNotices(listener: (notices: readonly EngineNotice[]) => void): void;
  stats(): EngineStats;
}

/** A request that was not carried out; `body` says why, in the wire's words. */
export class EngineError extends Error {
  readonly body: ErrorBody;

  constructor(body: ErrorBody) {
    super(body.message);
    this.name = 'EngineError';
    this.body = body;
  }
}
