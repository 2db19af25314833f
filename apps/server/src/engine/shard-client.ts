/**
 * The main thread's end of one shard. The client sends the requests of one turn of the loop in one
 * message, matches replies with their requests, and counts the bytes under way, so that a slow or stuck
 * shard never fills the memory.
 */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import { STORAGE_STALL } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { StallDetector } from '../runtime/stall-detector.ts';
import { UNANSWERED } from '../storage/storage-error.ts';
import { UpdateBatcher } from './update-batcher.ts';
import {
  bytesOf,
  newerHead,
  type ShardReply,
  type ShardRequest,
  type ShardTurn,
} from './shard-message.ts';
import { SHARD_QUEUE } from './limits.ts';
import { EngineError, type EngineNotice, type EngineStats, type FollowRequest } from './port.ts';

export type Post = (requests: readonly ShardRequest[]) => void;

export interface ShardClientOptions {
  readonly shard: number;
  readonly onNotices: (notices: readonly EngineNotice[]) => void;
  readonly onCompactions: (documents: readonly string[]) => void;
  readonly clock: Clock;
  readonly defer: (run: () => void) => void;
  /** Called with the first request, if no worker was connected before. */
  readonly onNeeded?: () => void;
}

interface Waiting {
  readonly resolve: (reply: Exclude<ShardReply, { kind: 'failed' }>) => void;
  readonly reject: (error: EngineError) => void;
}

export class ShardClient {
  readonly #options: ShardClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #batcher: UpdateBatcher;
  readonly #stall: StallDetector;
  #state: 'unused' | 'connected' | 'disconnected' = 'unused';
  #post: Post | undefined;
  #outbox: ShardRequest[] = [];
  #scheduled = false;
  #lastId = 0;
  #sentBytes = 0;
  #queuedBytes = 0;
  #full = false;
  #storageError: ErrorBody | null = null;
  readonly #open = new Map<string, Set<number>>();
  #turn: Pick<ShardTurn, 'documents' | 'commits' | 'rows' | 'conflicts'> = {
    documents: 0,
    commits: 0,
    rows: 0,
    conflicts: 0,
  };

  constructor(options: ShardClientOptions) {
    this.#options = options;
    this.#stall = new StallDetector({
      clock: options.clock,
      afterMs: STORAGE_STALL.afterMs,
      intervalMs: STORAGE_STALL.checkIntervalMs,
      isDue: () => this.#sentBytes + this.#queuedBytes > 0 || this.#waiting.size > 0,
      onStalled: () => this.#stalled(),
    });
    this.#batcher = new UpdateBatcher({
      clock: options.clock,
      readersOf: (document) => this.#open.get(document)?.size ?? 0,
      release: (requests) => {
        this.#outbox.push(...requests);
        this.#schedule();
      },
    });
  }

  get isFull(): boolean {
    return this.#full;
  }

  get storageError(): ErrorBody | null {
    return this.#storageError;
  }

  get stats(): Omit<EngineStats['shards'][number], 'restarts'> {
    const { documents, commits, rows, conflicts } = this.#turn;
    const storage = this.#storageError === null ? 'running' : 'stalled';
    const state = this.#state === 'disconnected' ? 'restarting' : storage;
    const queuedBytes = this.#sentBytes + this.#queuedBytes;
    return { documents, commits, rows, conflicts, queuedBytes, state };
  }

  send(request: ShardRequest): void {
    if (request.kind === 'open') this.#trackOpen(request.document, request.subscription);
    if (request.kind === 'close') this.#trackClose(request.document, request.subscription);
    if (request.kind === 'append') this.#count(request.update.byteLength);
    const compact =
      request.kind === 'append' ? { ...request, update: compactBytes(request.update) } : request;
    if (this.#batcher.buffer(compact)) return;
    this.#outbox.push(compact);
    this.#schedule();
  }

  /** Rows are left out when the shard is full: their offset is enough to read them. */
  follow(request: FollowRequest): void {
    if (this.#state === 'unused') return;
    if (request.kind === 'moved' || this.#full) return this.send(newerHead(null, request));
    this.#count(bytesOf(request.later.rows));
    this.send(request);
  }

  /** @throws EngineError */
  request(create: (id: number) => ShardRequest): Promise<Exclude<ShardReply, { kind: 'failed' }>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.send(create(id));
    });
  }

  connect(post: Post): void {
    this.#post = post;
    this.#state = 'connected';
    this.#schedule();
  }

  /**
   * The worker has ended: its documents are lost, and their subscribers open them again.
   *
   * @param last notices to deliver first.
   */
  disconnect(last: readonly EngineNotice[]): void {
    this.#post = undefined;
    this.#state = 'disconnected';
    this.#batcher.flush();
    this.#outbox = this.#outbox.filter((request) => 'id' in request);
    const unsent = new Set(this.#outbox.map((request) => ('id' in request ? request.id : 0)));
    for (const [id, { reject }] of this.#waiting) {
      if (unsent.has(id)) continue;
      this.#waiting.delete(id);
      reject(new EngineError(errorOf('overloaded')));
    }
    const lost = [...this.#open.keys()].map((document): EngineNotice => ({
      kind: 'lost',
      document,
    }));
    const resumed: EngineNotice[] =
      this.#storageError !== null ? [{ kind: 'resumed', shard: this.#options.shard }] : [];
    this.#open.clear();
    this.#turn = { ...this.#turn, documents: 0 };
    this.#sentBytes = 0;
    this.#queuedBytes = 0;
    this.#stall.answered();
    this.#notify([...last, ...lost, ...resumed, ...this.#drained()]);
  }

  receive(turn: ShardTurn): void {
    this.#turn = turn;
    this.#sentBytes -= turn.takenBytes;
    this.#queuedBytes = turn.queuedBytes;
    this.#notify([...this.#resumed(turn), ...turn.notices, ...this.#drained()]);
    for (const reply of turn.replies) this.#settle(reply);
    if (turn.compactions.length > 0) this.#options.onCompactions(turn.compactions);
  }

  flush(): void {
    this.#batcher.flush();
    this.#postOutbox();
  }

  end(): void {
    this.#post = undefined;
    this.#stall[Symbol.dispose]();
    for (const { reject } of this.#waiting.values()) reject(new EngineError(errorOf('overloaded')));
    this.#waiting.clear();
  }

  #count(bytes: number): void {
    this.#sentBytes += bytes;
    if (this.#sentBytes + this.#queuedBytes > SHARD_QUEUE.maxBytes) this.#full = true;
  }

  #postOutbox(): void {
    if (this.#post === undefined || this.#outbox.length === 0) return;
    const requests = this.#outbox;
    this.#outbox = [];
    this.#post(requests);
    this.#stall.sent();
  }

  #schedule(): void {
    if (this.#state === 'unused') {
      this.#state = 'disconnected';
      this.#options.onNeeded?.();
    }
    if (this.#scheduled || this.#post === undefined) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      this.#postOutbox();
    });
  }

  #settle(reply: ShardReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'failed') waiting?.reject(new EngineError(reply.error));
    else waiting?.resolve(reply);
  }

  #notify(notices: readonly EngineNotice[]): void {
    for (const notice of notices) this.#applyNotice(notice);
    if (notices.length > 0) this.#options.onNotices(notices);
  }

  #applyNotice(notice: EngineNotice): void {
    if (notice.kind === 'stalled') this.#storageError = notice.error;
    else if (notice.kind === 'resumed') this.#storageError = null;
    else if (notice.kind === 'lost') this.#open.delete(notice.document);
    else if (notice.kind === 'answered' && notice.answer.kind === 'refused') {
      this.#trackClose(notice.document, notice.subscription);
    }
  }

  #trackOpen(document: string, subscription: number): void {
    const subscriptions = this.#open.get(document);
    if (subscriptions === undefined) this.#open.set(document, new Set([subscription]));
    else subscriptions.add(subscription);
  }

  #trackClose(document: string, subscription: number): void {
    const subscriptions = this.#open.get(document);
    if (subscriptions?.delete(subscription) && subscriptions.size === 0)
      this.#open.delete(document);
  }

  /** The worker itself reports commits that fail, and not those that do not end. */
  #stalled(): void {
    if (this.#storageError !== null) return;
    this.#notify([{ kind: 'stalled', shard: this.#options.shard, error: UNANSWERED }]);
  }

  #resumed({ notices }: ShardTurn): readonly EngineNotice[] {
    const hadStalled = this.#stall.answered();
    if (!hadStalled || this.#storageError !== UNANSWERED) return [];
    // The commit has failed in the end.
    if (notices.some(({ kind }) => kind === 'stalled')) return [];
    return [{ kind: 'resumed', shard: this.#options.shard }];
  }

  #drained(): readonly EngineNotice[] {
    if (!this.#full || this.#sentBytes + this.#queuedBytes >= SHARD_QUEUE.drainedBytes) return [];
    this.#full = false;
    return [{ kind: 'drained', shard: this.#options.shard }];
  }
}

/** Copies a slice of a larger buffer, which posting to a worker would copy as a whole. */
function compactBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
