/**
 * One shard of the engine: a loop over its documents. A turn handles all requests that have arrived,
 * commits the accepted updates of all documents in one transaction, and posts the results in one message.
 * No timer is involved: while a commit is running, the next one accumulates. A document that failed to
 * load is never written, and one with uncommitted updates is never unloaded.
 */
import { errorOf, type DocumentKind } from '@tandem/protocol';
import { DamagedDocument, type EngineRequest } from '@tandem/sync';
import type { Clock } from '../runtime/clock.ts';
import { OnDemandInterval } from '../runtime/on-demand-interval.ts';
import type { WorkerProgress } from '../runtime/worker-progress.ts';
import type { Journal } from '../storage/journal/journal.ts';
import { DocumentCommits } from './document-commits.ts';
import { DocumentLoader, type LoadOutcome } from './document-loader.ts';
import { COMPACTION, IDLE, QUARANTINE, WORK_BUDGET } from './limits.ts';
import { toSeed, type DocumentRules, type LoadedDocument } from './loaded-document.ts';
import type { EngineNotice } from './port.ts';
import type { ShardReply, ShardRequest, ShardTurn } from './shard-message.ts';

export interface ShardWorkerOptions {
  readonly shard: number;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly progress: WorkerProgress;
  readonly rules: (kind: DocumentKind) => DocumentRules;
  readonly emit: (turn: ShardTurn) => void;
  /** Runs a callback in the next turn of the event loop, after the requests that arrive until then. */
  readonly defer: (run: () => void) => void;
}

type Request<K extends ShardRequest['kind']> = Extract<ShardRequest, { readonly kind: K }>;
type DocumentRequest = Exclude<ShardRequest, { kind: 'create' | 'delete' | 'quarantine' }>;
type LoadingRequest = Request<'open' | 'view'>;

interface Loading {
  readonly kind: 'loading';
  waiting: LoadingRequest[];
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

  // Results of the current turn.
  readonly #touched = new Set<LoadedDocument>();
  #notices: EngineNotice[] = [];
  #replies: ShardReply[] = [];
  #compactions: string[] = [];
  #takenBytes = 0;

  constructor(options: ShardWorkerOptions) {
    const { shard, journal, clock } = options;
    this.#options = options;
    this.#loader = new DocumentLoader({
      ...options,
      onLoaded: (document, outcome) => this.#finishLoad(document, outcome),
    });
    this.#sweeps = new OnDemandInterval({
      clock,
      intervalMs: IDLE.sweepIntervalMs,
      tick: () => this.#sweep(),
      isNeeded: () => this.#slots.size > 0,
    });
    this.#commits = new DocumentCommits({
      journal,
      clock,
      onCommitted: (loaded) => this.#afterCommit(loaded),
      onRejected: (loaded, error) => this.#drop(loaded, error),
      onDuration: (ms) => this.#notices.push({ kind: 'latency', work: 'commit', shard, ms }),
      onStalled: (error) => {
        this.#notices.push(
          { kind: 'stalled', shard, error: errorOf('storage-failed') },
          errorNotice('commit failed', error),
        );
      },
      onResumed: () => this.#notices.push({ kind: 'resumed', shard }),
      onReady: () => {
        this.#postResults();
        if (this.#commits.hasMore) this.#wake();
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
    await this.#options.journal[Symbol.asyncDispose]();
  }

  // The loop

  #wake(): void {
    if (this.#turn === 'scheduled') return;
    this.#turn = 'scheduled';
    this.#options.defer(() => {
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
    if (request.kind === 'append') this.#takenBytes += request.update.byteLength;
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
          else this.#refuse(request, 'document-damaged');
        }
      }
    }
  }

  #postResults(): void {
    for (const loaded of this.#touched) this.#collectEvents(loaded);
    this.#touched.clear();
    const isEmpty =
      this.#notices.length === 0 && this.#replies.length === 0 && this.#compactions.length === 0;
    if (isEmpty && this.#takenBytes === 0) return;
    const { commits, rows, queuedBytes } = this.#commits;
    this.#options.emit({
      notices: this.#notices,
      replies: this.#replies,
      compactions: this.#compactions,
      takenBytes: this.#takenBytes,
      queuedBytes,
      documents: this.#slots.size,
      commits,
      rows,
    });
    this.#notices = [];
    this.#replies = [];
    this.#compactions = [];
    this.#takenBytes = 0;
  }

  #collectEvents({ authority }: LoadedDocument): void {
    for (const event of authority.takeEvents()) this.#notices.push(event);
  }

  // Loading

  #load(request: LoadingRequest): void {
    this.#slots.set(request.document, { kind: 'loading', waiting: [request] });
    this.#sweeps.request();
    this.#loader.load(request.document);
  }

  #handleLoading(slot: Loading, request: DocumentRequest): void {
    if (request.kind === 'open' || request.kind === 'view') slot.waiting.push(request);
    if (request.kind !== 'close') return;
    slot.waiting = slot.waiting.filter(
      (open) => open.kind !== 'open' || open.subscription !== request.subscription,
    );
  }

  #finishLoad(document: string, outcome: LoadOutcome): void {
    const { waiting } = this.#slots.get(document) as Loading;
    this.#slots.delete(document);
    switch (outcome.kind) {
      case 'loaded': {
        const { loaded } = outcome;
        this.#slots.set(document, loaded);
        if (loaded.compaction.isRequested) this.#compactions.push(document);
        else this.#requestCompactionIfDue(loaded);
        for (const request of waiting) this.#handleLoaded(loaded, request);
        break;
      }
      case 'absent':
        for (const request of waiting) this.#refuse(request, 'not-found');
        break;
      case 'failed':
        for (const request of waiting) this.#refuse(request, 'storage-failed');
        this.#notices.push(errorNotice('document not loaded', outcome.error, document));
        break;
      case 'damaged':
        this.#markDamaged(document, QUARANTINE.damagedMs);
        for (const request of waiting) this.#refuse(request, 'document-damaged');
        this.#notices.push(errorNotice('document not loaded', outcome.error, document));
    }
    this.#runTurn();
  }

  #markDamaged(document: string, forMs: number): void {
    this.#slots.set(document, { kind: 'damaged', untilMs: this.#options.clock.now() + forMs });
    this.#sweeps.request();
  }

  #refuse(
    request: LoadingRequest,
    code: 'not-found' | 'storage-failed' | 'document-damaged',
  ): void {
    const error = errorOf(code);
    if (request.kind === 'open') {
      const { document, subscription } = request;
      const answer = { kind: 'refused', error } as const;
      this.#notices.push({ kind: 'answered', document, subscription, answer });
    } else if (error.temporary) {
      this.#replies.push({ id: request.id, kind: 'failed', error });
    } else {
      this.#replies.push({ id: request.id, kind: 'viewed', view: null });
    }
  }

  // Loaded documents

  #handleLoaded(loaded: LoadedDocument, request: DocumentRequest): void {
    const { authority } = loaded;
    const isSubscribed = 'subscription' in request && authority.has(request.subscription);
    this.#touched.add(loaded);
    switch (request.kind) {
      case 'open':
        loaded.read(() => authority.open(request));
        break;
      case 'append':
        // A subscription from before the document was dropped may lack an earlier update.
        if (isSubscribed) this.#append(loaded, request);
        break;
      case 'rows:request':
        if (isSubscribed) authority.readRows(request);
        break;
      case 'close':
        if (!isSubscribed) break;
        authority.close(request.subscription);
        loaded.idleSinceMs = this.#options.clock.now();
        break;
      case 'view':
        loaded.viewers.push(request.id);
        this.#replyToViewers(loaded);
        break;
      case 'compacted':
        void this.#finishCompaction(loaded, request.outcome);
        break;
    }
  }

  #append(loaded: LoadedDocument, request: Extract<EngineRequest, { kind: 'append' }>): void {
    const { progress, clock } = this.#options;
    const { subscription, cseq, document } = request;
    progress.begin({ phase: 'apply', document, subscription, cseq, budgetMs: WORK_BUDGET.applyMs });
    try {
      loaded.writtenAtMs = clock.now();
      loaded.authority.submit({ ...request, at: loaded.writtenAtMs });
      this.#commits.add(loaded);
    } catch (error) {
      this.#drop(loaded, error);
      if (error instanceof DamagedDocument) this.#markDamaged(document, QUARANTINE.damagedMs);
    } finally {
      progress.end();
    }
  }

  #afterCommit(loaded: LoadedDocument): void {
    this.#touched.add(loaded);
    this.#replyToViewers(loaded);
    this.#requestCompactionIfDue(loaded);
  }

  #replyToViewers(loaded: LoadedDocument): void {
    if (!loaded.authority.clean || loaded.viewers.length === 0) return;
    const view = loaded.view();
    for (const id of loaded.viewers) this.#replies.push({ id, kind: 'viewed', view });
    loaded.viewers = [];
  }

  #drop(loaded: LoadedDocument, error: unknown): void {
    const { document } = loaded;
    this.#collectEvents(loaded);
    this.#touched.delete(loaded);
    this.#commits.remove(loaded);
    this.#slots.delete(document);
    for (const id of loaded.viewers)
      this.#replies.push({ id, kind: 'failed', error: errorOf('overloaded') });
    this.#notices.push({ kind: 'lost', document }, errorNotice('document lost', error, document));
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    for (const [document, slot] of this.#slots) {
      if (slot.kind === 'damaged' && slot.untilMs <= now) this.#slots.delete(document);
      if (slot.kind !== 'loaded') continue;
      if (slot.writtenAtMs <= now - IDLE.evictAfterMs) slot.authority.evict();
      if (!slot.isUnused || slot.idleSinceMs > now - IDLE.unloadAfterMs) continue;
      this.#slots.delete(document);
      if (slot.authority.rowCount > COMPACTION.rowsAtUnload) this.#compactions.push(document);
    }
    this.#postResults();
  }

  // Compaction

  #requestCompactionIfDue({ authority, compaction }: LoadedDocument): void {
    if (!compaction.isDue(authority, this.#options.clock.now())) return;
    compaction.request();
    this.#compactions.push(authority.document);
  }

  async #finishCompaction(
    { authority, compaction }: LoadedDocument,
    outcome: 'compacted' | 'unchanged',
  ): Promise<void> {
    const { journal, clock } = this.#options;
    try {
      const stored = outcome === 'compacted' ? await journal.snapshot(authority.document) : null;
      if (stored?.epoch === authority.epoch) authority.compacted(stored);
    } catch (error) {
      // The rows in memory serve as well as the snapshot.
      this.#notices.push(errorNotice('snapshot not read', error, authority.document));
      this.#wake();
    }
    compaction.complete(outcome, authority.rowCount, clock.now());
  }

  // Creation and deletion

  async #create({ id, epoch, request }: Request<'create'>): Promise<void> {
    const { document, kind } = request;
    try {
      const seed = toSeed(request, this.#options.clock.now());
      const outcome = await this.#options.journal.create({ document, epoch, kind, seed });
      this.#replies.push({ id, kind: 'created', outcome });
    } catch (error) {
      this.#replies.push({ id, kind: 'failed', error: errorOf('storage-failed') });
      this.#notices.push(errorNotice('document not created', error, document));
    }
    this.#wake();
  }

  async #delete({ id, document, maxHead }: Request<'delete'>): Promise<void> {
    const slot = this.#slots.get(document);
    const isInUse = slot?.kind === 'loading' || (slot?.kind === 'loaded' && !slot.isUnused);
    try {
      if (slot?.kind === 'loaded' && slot.isUnused) this.#slots.delete(document);
      const outcome = isInUse ? 'kept' : await this.#options.journal.delete(document, { maxHead });
      this.#replies.push({ id, kind: 'deleted', outcome });
    } catch (error) {
      this.#replies.push({ id, kind: 'failed', error: errorOf('storage-failed') });
      this.#notices.push(errorNotice('document not deleted', error, document));
    }
    this.#wake();
  }
}

function errorNotice(what: string, error: unknown, document?: string): EngineNotice {
  return {
    kind: 'error',
    what,
    document,
    detail: error instanceof Error ? error.message : String(error),
  };
}
