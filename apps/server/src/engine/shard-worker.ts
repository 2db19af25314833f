/**
 * One shard of the engine: a loop over its documents. A turn handles all requests that have arrived,
 * commits the accepted updates of all documents in one transaction, and posts the results in one message.
 * No timer is involved: while a commit is running, the next one accumulates. A document that failed to
 * load is never written, and one with uncommitted updates is never unloaded.
 */
import { errorOf, type DocumentKind } from '@tandem/protocol';
import { DamagedDocument, type Batch } from '@tandem/sync';
import type { Clock } from '../runtime/clock.ts';
import { OnDemandInterval } from '../runtime/on-demand-interval.ts';
import type { WorkerProgress } from '../runtime/worker-progress.ts';
import type { Journal } from '../storage/journal/journal.ts';
import { DocumentCommits } from './document-commits.ts';
import { DocumentCompactions } from './document-compactions.ts';
import { DocumentCreation } from './document-creation.ts';
import { DocumentFollowing } from './document-following.ts';
import { DocumentLoader, type LoadOutcome } from './document-loader.ts';
import { COMPACTION, CONTENTION, IDLE, QUARANTINE, WORK_BUDGET } from './limits.ts';
import type { DocumentRules, LoadedDocument } from './loaded-document.ts';
import {
  bytesOf,
  newerHead,
  type LoadingRequest,
  type Moved,
  type RequestOf,
  type ShardRequest,
  type ShardTurn,
} from './shard-message.ts';
import { TurnResults } from './turn-results.ts';

export interface ShardWorkerOptions {
  readonly shard: number;
  readonly journal: Journal;
  /** Other processes append to the journal, too: what they and this shard append is told by messages. */
  readonly isShared: boolean;
  readonly runtime: ShardRuntime;
  readonly progress: WorkerProgress;
  readonly rules: (kind: DocumentKind) => DocumentRules;
  readonly emit: (turn: ShardTurn) => void;
}

export interface ShardRuntime {
  readonly clock: Clock;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  /** Runs a callback in the next turn of the event loop, after the requests that arrive until then. */
  readonly defer: (run: () => void) => void;
}

type DocumentRequest = Exclude<ShardRequest, { kind: 'create' | 'delete' | 'quarantine' }>;

interface Loading {
  readonly kind: 'loading';
  waiting: LoadingRequest[];
  /** The newest head that another process announced meanwhile. */
  moved: Moved | null;
}

interface Damaged {
  readonly kind: 'damaged';
  readonly untilMs: number;
}

type Slot = Loading | LoadedDocument | Damaged;

export class ShardWorker implements AsyncDisposable {
  readonly #options: ShardWorkerOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #commits: DocumentCommits;
  readonly #loader: DocumentLoader;
  #inbox: ShardRequest[] = [];
  #turn: 'none' | 'scheduled' = 'none';
  readonly #sweeps: OnDemandInterval;
  readonly #following: DocumentFollowing;
  readonly #compactions: DocumentCompactions;
  readonly #creation: DocumentCreation;
  readonly #results = new TurnResults();

  constructor(options: ShardWorkerOptions) {
    const { shard, journal, isShared, progress, rules, runtime } = options;
    const { clock, random, defer } = runtime;
    const results = this.#results;
    this.#options = options;
    this.#loader = new DocumentLoader({
      ...{ journal, clock, progress, rules, defer },
      onLoaded: (document, outcome) => this.#finishLoad(document, outcome),
    });
    this.#sweeps = new OnDemandInterval({
      clock,
      intervalMs: IDLE.sweepIntervalMs,
      tick: () => this.#sweep(),
      isNeeded: () => this.#slots.size > 0,
    });
    this.#commits = new DocumentCommits({
      ...{ journal, clock, random },
      listener: {
        onCommitted: (loaded, batch) => this.#afterCommit(loaded, batch),
        onContention: (loaded) => this.#resolve(loaded),
        onRejected: (loaded, error) => this.#drop(loaded, error),
        onDuration: (ms) => results.notify({ kind: 'latency', work: 'commit', shard, ms }),
      },
      onStalled: (error) => {
        results.notify({ kind: 'stalled', shard, error: errorOf('storage-failed') });
        results.reportError('commit failed', error);
      },
      onResumed: () => results.notify({ kind: 'resumed', shard }),
      onReady: () => {
        this.#postResults();
        if (this.#commits.hasMore) this.#wake();
      },
    });
    this.#compactions = new DocumentCompactions({
      ...{ journal, isShared, clock, results },
      onFailed: () => this.#wake(),
    });
    this.#creation = new DocumentCreation({ journal, clock, results });
    this.#following = new DocumentFollowing({
      ...{ journal, clock },
      onFollowed: (loaded) => this.#afterFollow(loaded),
      onCaughtUp: (loaded, request) => {
        if (request.kind === 'open') this.#open(loaded, request);
        else this.#append(loaded, request, 'current');
        this.#wake();
      },
      onLost: (loaded, error) => {
        this.#drop(loaded, error);
        this.#wake();
      },
    });
  }

  receive(requests: readonly ShardRequest[]): void {
    for (const request of requests) this.#inbox.push(request);
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sweeps[Symbol.dispose]();
    this.#runTurn();
    await this.#commits.drain();
    for (let i = 0; i < CONTENTION.lastAttempts && this.#following.isReading; i++) {
      await this.#following.readsEnded();
      await this.#commits.drain();
    }
    this.#following[Symbol.dispose]();
    await this.#options.journal[Symbol.asyncDispose]();
  }

  // The loop

  #wake(): void {
    if (this.#turn === 'scheduled') return;
    this.#turn = 'scheduled';
    this.#options.runtime.defer(() => {
      this.#turn = 'none';
      this.#runTurn();
    });
  }

  #runTurn(): void {
    const inbox = this.#inbox;
    this.#inbox = [];
    for (const request of inbox) this.#handle(request);
    this.#commits.start();
    // A running commit posts the results when it is over.
    if (!this.#commits.isRunning) this.#postResults();
  }

  #handle(request: ShardRequest): void {
    if (request.kind === 'append') this.#results.countBytes(request.update.byteLength);
    if (request.kind === 'later') this.#results.countBytes(bytesOf(request.later.rows));
    switch (request.kind) {
      case 'create':
        void this.#create(request);
        return;
      case 'delete':
        void this.#delete(request);
        return;
      case 'quarantine':
        this.#markDamaged(request.document, QUARANTINE.crashedMs);
        return;
      default: {
        const slot = this.#slots.get(request.document);
        if (slot?.kind === 'loaded') this.#handleLoaded(slot, request);
        else if (slot?.kind === 'loading') this.#handleLoading(slot, request);
        // Any other request belongs to a subscription from before the document was dropped.
        else if (request.kind === 'open' || request.kind === 'view') {
          if (slot === undefined) this.#load(request);
          else this.#results.refuse(request, 'document-damaged');
        }
      }
    }
  }

  #postResults(): void {
    const results = this.#results.take();
    if (results === null) return;
    const { commits, rows, conflicts } = this.#commits;
    const queuedBytes = this.#commits.queuedBytes + this.#following.waitingBytes;
    const documents = this.#slots.size;
    this.#options.emit({ ...results, queuedBytes, documents, commits, rows, conflicts });
  }

  // Loading

  #load(request: LoadingRequest): void {
    this.#slots.set(request.document, { kind: 'loading', waiting: [request], moved: null });
    this.#sweeps.request();
    this.#loader.load(request.document);
  }

  #handleLoading(slot: Loading, request: DocumentRequest): void {
    if (request.kind === 'open' || request.kind === 'view') slot.waiting.push(request);
    if (request.kind === 'later' || request.kind === 'moved')
      slot.moved = newerHead(slot.moved, request);
    if (request.kind !== 'close') return;
    slot.waiting = slot.waiting.filter(
      (open) => open.kind !== 'open' || open.subscription !== request.subscription,
    );
  }

  #finishLoad(document: string, outcome: LoadOutcome): void {
    const { waiting, moved } = this.#slots.get(document) as Loading;
    this.#slots.delete(document);
    switch (outcome.kind) {
      case 'loaded': {
        const { loaded } = outcome;
        this.#slots.set(document, loaded);
        if (loaded.compaction.isRequested) this.#results.requestCompaction(document);
        else this.#compactions.requestIfDue(loaded);
        if (moved !== null) this.#handleLoaded(loaded, moved);
        for (const request of waiting) {
          // What was just loaded is new enough for every client.
          if (request.kind === 'open') this.#open(loaded, request);
          else this.#handleLoaded(loaded, request);
        }
        break;
      }
      case 'absent':
        for (const request of waiting) this.#results.refuse(request, 'not-found');
        break;
      case 'failed':
        for (const request of waiting) this.#results.refuse(request, 'storage-failed');
        this.#results.reportError('document not loaded', outcome.error, document);
        break;
      case 'damaged':
        this.#markDamaged(document, QUARANTINE.damagedMs);
        for (const request of waiting) this.#results.refuse(request, 'document-damaged');
        this.#results.reportError('document not loaded', outcome.error, document);
    }
    this.#runTurn();
  }

  #markDamaged(document: string, forMs: number): void {
    this.#slots.set(document, {
      kind: 'damaged',
      untilMs: this.#options.runtime.clock.now() + forMs,
    });
    this.#sweeps.request();
  }

  // Loaded documents

  #handleLoaded(loaded: LoadedDocument, request: DocumentRequest): void {
    const { authority } = loaded;
    const isSubscribed = 'subscription' in request && authority.has(request.subscription);
    this.#results.touch(loaded);
    switch (request.kind) {
      case 'open':
        if (this.#options.isShared && authority.isOutdatedFor(request))
          this.#following.wait(loaded, request);
        else this.#open(loaded, request);
        break;
      case 'append':
        // A subscription from before the document was dropped may lack an earlier update.
        if (isSubscribed) this.#append(loaded, request, 'may-be-behind');
        break;
      case 'rows:request':
        if (isSubscribed) authority.readRows(request);
        break;
      case 'close':
        this.#following.close(loaded, request.subscription);
        if (!isSubscribed) break;
        authority.close(request.subscription);
        loaded.idleSinceMs = this.#options.runtime.clock.now();
        break;
      case 'view':
        loaded.viewers.push(request.id);
        this.#results.replyToViewers(loaded);
        break;
      case 'later':
      case 'moved':
        this.#following.handle(loaded, request);
        break;
      case 'reload':
        this.#drop(loaded, new Error('the database has another timeline'));
        break;
      case 'compacted':
        void this.#compactions.finish(loaded, request.outcome);
        break;
    }
  }

  #append(
    loaded: LoadedDocument,
    request: RequestOf<'append'>,
    server: 'current' | 'may-be-behind',
  ): void {
    const { progress, isShared, runtime } = this.#options;
    const { subscription, cseq, document } = request;
    if (this.#following.isWaiting(loaded, subscription))
      return this.#following.wait(loaded, request);
    progress.begin({ phase: 'apply', document, subscription, cseq, budgetMs: WORK_BUDGET.applyMs });
    try {
      loaded.writtenAtMs = runtime.clock.now();
      const submission = { ...request, at: loaded.writtenAtMs };
      const outcome = loaded.authority.submit(submission, isShared ? server : 'current');
      if (outcome === 'behind') this.#following.wait(loaded, request);
      else this.#commits.add(loaded);
    } catch (error) {
      this.#drop(loaded, error);
      if (error instanceof DamagedDocument) this.#markDamaged(document, QUARANTINE.damagedMs);
    } finally {
      progress.end();
    }
  }

  #afterCommit(loaded: LoadedDocument, batch: Batch): void {
    if (!this.#isCurrent(loaded)) return;
    if (this.#options.isShared) this.#results.notify(loaded.appended(batch));
    this.#results.touch(loaded);
    this.#results.replyToViewers(loaded);
    this.#compactions.requestIfDue(loaded);
    this.#resolve(loaded);
  }

  // Other processes

  #open(loaded: LoadedDocument, request: RequestOf<'open'>): void {
    this.#results.touch(loaded);
    loaded.read(() => loaded.authority.open(request));
  }

  #resolve(loaded: LoadedDocument): void {
    if (this.#isCurrent(loaded)) this.#following.resolve(loaded);
  }

  #afterFollow(loaded: LoadedDocument): void {
    this.#results.touch(loaded);
    this.#results.replyToViewers(loaded);
    this.#compactions.adoptIfDue(loaded);
    if (!loaded.authority.clean) this.#commits.add(loaded);
    this.#wake();
  }

  /** A document that was dropped may still have a batch under way. */
  #isCurrent(loaded: LoadedDocument): boolean {
    return this.#slots.get(loaded.document) === loaded;
  }

  #drop(loaded: LoadedDocument, error: unknown): void {
    this.#results.end(loaded, error);
    this.#remove(loaded);
  }

  #remove(loaded: LoadedDocument): void {
    this.#slots.delete(loaded.document);
    this.#commits.remove(loaded);
    const waiting = this.#following.remove(loaded);
    if (waiting.length > 0) this.receive(waiting);
  }

  #sweep(): void {
    const now = this.#options.runtime.clock.now();
    for (const [document, slot] of this.#slots) {
      if (slot.kind === 'damaged' && slot.untilMs <= now) this.#slots.delete(document);
      if (slot.kind !== 'loaded') continue;
      if (slot.writtenAtMs <= now - IDLE.evictAfterMs) slot.authority.evict();
      if (!slot.isUnused || slot.idleSinceMs > now - IDLE.unloadAfterMs) continue;
      this.#remove(slot);
      if (slot.authority.rowCount > COMPACTION.rowsAtUnload)
        this.#results.requestCompaction(document);
    }
    this.#postResults();
  }

  async #create(request: RequestOf<'create'>): Promise<void> {
    await this.#creation.create(request);
    this.#wake();
  }

  async #delete(request: RequestOf<'delete'>): Promise<void> {
    const slot = this.#slots.get(request.document);
    const isInUse = slot?.kind === 'loading' || (slot?.kind === 'loaded' && !slot.isUnused);
    if (slot?.kind === 'loaded' && !isInUse) this.#remove(slot);
    await this.#creation.delete(request, isInUse);
    this.#wake();
  }
}
