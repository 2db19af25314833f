/**
 * One shard of the engine: a loop over the documents in its care. A turn takes everything that has
 * arrived, lets the documents decide, commits what they accepted in one transaction and tells the
 * outcome in one message. There is no timer in between: while a commit is in flight, the next one
 * gathers. A document that failed to load is never written, one with work uncommitted never unloaded.
 */
import { errorOf, type DocumentKind } from '@tandem/protocol';
import { DamagedDocument, type EngineRequest } from '@tandem/sync';
import type { Clock } from '../runtime/clock.ts';
import { DocumentLoader, type LoadOutcome } from './document-loader.ts';
import { viewOf } from './document-view.ts';
import { GroupCommit } from './group-commit.ts';
import type { ShardReply, ShardRequest, ShardTurn } from './shard-message.ts';
import type { DocumentRules, LoadedDocument } from './loaded-document.ts';
import type { Journal } from '../storage/journal/journal.ts';
import {
  APPLY_BUDGET_MS,
  COMPACT_ROWS_AT_UNLOAD,
  DAMAGED_MS,
  IDLE_UNLOAD_MS,
  QUARANTINE_MS,
  REST_AFTER_MS,
  SWEEP_INTERVAL_MS,
} from './limits.ts';
import type { EngineNotice } from './port.ts';
import { seedOf } from './first-row.ts';
import type { WorkerProgress } from '../runtime/worker-progress.ts';

export interface ShardWorkerOptions {
  readonly shard: number;
  /** Closed together with the host. */
  readonly journal: Journal;
  readonly clock: Clock;
  readonly progress: WorkerProgress;
  readonly rules: (kind: DocumentKind) => DocumentRules;
  readonly emit: (turn: ShardTurn) => void;
  /** Runs something in the next turn of the thread's loop, after what has arrived by then. */
  readonly defer: (run: () => void) => void;
}

/** What is for one document and its subscriptions. */
type DocumentRequest = Exclude<ShardRequest, { kind: 'create' | 'quarantine' }>;
/** What can wait for a document to be loaded. */
type Waiting = Extract<ShardRequest, { kind: 'open' | 'view' }>;

interface Loading {
  readonly kind: 'loading';
  waiting: Waiting[];
}

interface Damaged {
  readonly kind: 'damaged';
  readonly untilMs: number;
}

type Slot = Loading | LoadedDocument | Damaged;

export class ShardWorker implements AsyncDisposable {
  readonly #options: ShardWorkerOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #commit: GroupCommit<LoadedDocument>;
  /** Documents with events to tell. */
  readonly #touched = new Set<LoadedDocument>();
  readonly #loader: DocumentLoader;
  #inbox: ShardRequest[] = [];
  #turn: 'none' | 'scheduled' = 'none';
  #sweep: unknown;

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
    this.#commit = new GroupCommit({
      journal,
      clock,
      onCommitted: (hot) => this.#afterCommit(hot),
      onRejected: (hot, error) => this.#lose(hot, error),
      onTimed: (ms) => this.#notices.push({ kind: 'timed', work: 'commit', shard, ms }),
      onStalled: (error) => {
        this.#notices.push(
          { kind: 'stalled', shard, error: errorOf('storage-failed') },
          incident('commit failed', error),
        );
      },
      onResumed: () => this.#notices.push({ kind: 'resumed', shard }),
      onSettled: () => {
        this.#postResults();
        if (this.#commit.hasMore) this.#wake();
      },
      onWake: () => this.#wake(),
    });
  }

  start(): void {
    this.#sweep = this.#options.clock.setTimeout(() => {
      this.#sweepIdle();
      this.start();
    }, SWEEP_INTERVAL_MS);
  }

  receive(requests: readonly ShardRequest[]): void {
    for (const request of requests) this.#inbox.push(request);
    this.#wake();
  }

  /** Commits what has arrived, if the journal lets it, and closes the journal. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.clock.clearTimeout(this.#sweep);
    this.#runTurn();
    await this.#commit.drain();
    await this.#options.journal[Symbol.asyncDispose]();
  }

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
    this.#commit.start();
    // A commit that is under way tells everything when it is over.
    if (!this.#commit.isRunning) this.#postResults();
  }

  #handle(request: ShardRequest): void {
    if (request.kind === 'append') this.#takenBytes += request.update.byteLength;
    if (request.kind === 'create') {
      void this.#create(request);
      return;
    }
    if (request.kind === 'quarantine') {
      this.#markDamaged(request.document, QUARANTINE_MS);
      return;
    }
    const slot = this.#slots.get(request.document);
    if (slot?.kind === 'hot') this.#serve(slot, request);
    else if (slot?.kind === 'loading') this.#wait(slot, request);
    // Everything else comes from before the document was lost.
    else if (request.kind === 'open' || request.kind === 'view') {
      if (slot === undefined) this.#startLoad(request);
      else this.#refuse(request, 'document-damaged');
    }
  }

  // Documents in memory

  #serve(hot: LoadedDocument, request: DocumentRequest): void {
    const { authority } = hot;
    const known = 'subscription' in request && authority.has(request.subscription);
    this.#touched.add(hot);
    switch (request.kind) {
      case 'open':
        hot.read(() => authority.open(request));
        break;
      case 'append':
        // Of a subscription from before this document was lost: an earlier update of it may be missing.
        if (known) this.#append(hot, request);
        break;
      case 'rows:request':
        if (known) authority.range(request);
        break;
      case 'close':
        if (!known) break;
        authority.close(request.subscription);
        hot.idleSinceMs = this.#options.clock.now();
        break;
      case 'view':
        hot.viewers.push(request.id);
        this.#answerViews(hot);
        break;
      case 'compacted':
        void this.#takeSnapshot(hot, request.outcome);
        break;
    }
  }

  #append(hot: LoadedDocument, request: Extract<EngineRequest, { kind: 'append' }>): void {
    const { progress, clock } = this.#options;
    const { subscription, cseq, document } = request;
    progress.begin({ phase: 'apply', document, subscription, cseq, budgetMs: APPLY_BUDGET_MS });
    try {
      hot.writtenAtMs = clock.now();
      hot.authority.submit({ ...request, at: hot.writtenAtMs });
      this.#commit.add(hot);
    } catch (error) {
      this.#lose(hot, error);
      if (error instanceof DamagedDocument) this.#markDamaged(document, DAMAGED_MS);
    } finally {
      progress.end();
    }
  }

  #answerViews(hot: LoadedDocument): void {
    const { authority, documentKind } = hot;
    if (!authority.clean || hot.viewers.length === 0) return;
    const view = hot.read(() => viewOf(authority.view(), documentKind));
    for (const id of hot.viewers) this.#replies.push({ id, kind: 'viewed', view });
    hot.viewers = [];
  }

  /** The document leaves the memory although it is in use; whoever has it open begins anew. */
  #lose(hot: LoadedDocument, error: unknown): void {
    const { document } = hot.authority;
    this.#collect(hot);
    this.#touched.delete(hot);
    this.#commit.remove(hot);
    this.#slots.delete(document);
    for (const id of hot.viewers)
      this.#replies.push({ id, kind: 'failed', error: errorOf('overloaded') });
    this.#notices.push({ kind: 'lost', document }, incident('document lost', error, document));
  }

  /** What nobody writes to rests; what nobody has open leaves the memory. */
  #sweepIdle(): void {
    const now = this.#options.clock.now();
    for (const [document, slot] of this.#slots) {
      if (slot.kind === 'damaged' && slot.untilMs <= now) this.#slots.delete(document);
      if (slot.kind !== 'hot') continue;
      if (slot.writtenAtMs <= now - REST_AFTER_MS) slot.authority.rest();
      if (slot.authority.size > 0 || slot.idleSinceMs > now - IDLE_UNLOAD_MS) continue;
      if (!slot.authority.clean || slot.compaction.isAsked) continue;
      this.#slots.delete(document);
      if (slot.authority.rowCount > COMPACT_ROWS_AT_UNLOAD) this.#compactions.push(document);
    }
    this.#postResults();
  }

  // Loading

  #startLoad(request: Waiting): void {
    this.#slots.set(request.document, { kind: 'loading', waiting: [request] });
    this.#loader.load(request.document);
  }

  #wait(slot: Loading, request: DocumentRequest): void {
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
        const { hot } = outcome;
        this.#slots.set(document, hot);
        if (hot.compaction.isAsked) this.#compactions.push(document);
        else this.#askCompaction(hot);
        for (const request of waiting) this.#serve(hot, request);
        break;
      }
      case 'absent':
        for (const request of waiting) this.#refuse(request, 'not-found');
        break;
      case 'failed':
        for (const request of waiting) this.#refuse(request, 'storage-failed');
        this.#notices.push(incident('document not loaded', outcome.error, document));
        break;
      case 'damaged':
        this.#markDamaged(document, DAMAGED_MS);
        for (const request of waiting) this.#refuse(request, 'document-damaged');
        this.#notices.push(incident('document not loaded', outcome.error, document));
    }
    this.#runTurn();
  }

  #markDamaged(document: string, forMs: number): void {
    this.#slots.set(document, { kind: 'damaged', untilMs: this.#options.clock.now() + forMs });
  }

  #refuse(request: Waiting, code: 'not-found' | 'storage-failed' | 'document-damaged'): void {
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

  // The journal

  async #create({ id, epoch, request }: Extract<ShardRequest, { kind: 'create' }>): Promise<void> {
    const { document, kind } = request;
    try {
      const seed = seedOf(request, this.#options.clock.now());
      const outcome = await this.#options.journal.create({ document, epoch, kind, seed });
      this.#replies.push({ id, kind: 'created', outcome });
    } catch (error) {
      this.#replies.push({ id, kind: 'failed', error: errorOf('storage-failed') });
      this.#notices.push(incident('document not created', error, document));
    }
    this.#wake();
  }

  #afterCommit(hot: LoadedDocument): void {
    this.#touched.add(hot);
    this.#answerViews(hot);
    this.#askCompaction(hot);
  }

  #askCompaction({ authority, compaction }: LoadedDocument): void {
    if (!compaction.isDue(authority, this.#options.clock.now())) return;
    compaction.ask();
    this.#compactions.push(authority.document);
  }

  async #takeSnapshot(
    { authority, compaction }: LoadedDocument,
    outcome: 'compacted' | 'unchanged',
  ): Promise<void> {
    const { journal, clock } = this.#options;
    try {
      const stored = outcome === 'compacted' ? await journal.snapshot(authority.document) : null;
      if (stored?.epoch === authority.epoch) authority.compacted(stored);
    } catch (error) {
      // The rows in memory are as good as the snapshot.
      this.#notices.push(incident('snapshot not read', error, authority.document));
      this.#wake();
    }
    compaction.answered(outcome, authority.rowCount, clock.now());
  }

  // What comes out

  #collect(hot: LoadedDocument): void {
    for (const event of hot.authority.takeEvents()) this.#notices.push(event);
  }

  #postResults(): void {
    for (const hot of this.#touched) this.#collect(hot);
    this.#touched.clear();
    const isEmpty =
      this.#notices.length === 0 && this.#replies.length === 0 && this.#compactions.length === 0;
    if (isEmpty && this.#takenBytes === 0) return;
    const { commits, rows, queuedBytes } = this.#commit;
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
}

function incident(what: string, error: unknown, document?: string): EngineNotice {
  return {
    kind: 'incident',
    what,
    document,
    detail: error instanceof Error ? error.message : String(error),
  };
}
