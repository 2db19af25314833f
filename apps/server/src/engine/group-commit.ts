/**
 * Group commit without a timer: one transaction at a time over all documents that have something to
 * write; what comes meanwhile is in the next one. A commit that failed is tried again as it was,
 * after pauses that double. Where the fault is not the disk's, documents are committed one by one,
 * so that the one at fault is found and the others go on.
 */
import type { Authority, Batch } from '@tandem/sync';
import { DatabaseError } from '../storage/storage-error.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AppendOutcome, Journal } from '../storage/journal/journal.ts';
import { COMMIT_RETRY_CAP_MS, COMMIT_RETRY_FIRST_MS } from './limits.ts';

export interface GroupCommitOptions<D> {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly onCommitted: (document: D) => void;
  /** The journal will not take this document's batch, now or later. */
  readonly onRejected: (document: D, error: Error) => void;
  /** A transaction is on disk, after so long. */
  readonly onTimed: (ms: number) => void;
  readonly onStalled: (error: unknown) => void;
  readonly onResumed: () => void;
  /** Everything about a commit has been said; there may be more to commit. */
  readonly onSettled: () => void;
  /** A pause is over: call `start` in the next turn. */
  readonly onWake: () => void;
}

type State =
  | { readonly kind: 'ready' }
  | { readonly kind: 'running'; readonly settled: Promise<void> }
  | { readonly kind: 'pause'; readonly timer: unknown };

export class GroupCommit<D extends { readonly authority: Authority }> {
  readonly #options: GroupCommitOptions<D>;
  readonly #dirty = new Set<D>();
  #state: State = { kind: 'ready' };
  /** Commits that failed in a row. */
  #failures = 0;
  /** Commits still to be made of one document each. */
  #single = 0;
  #commits = 0;
  #rows = 0;

  constructor(options: GroupCommitOptions<D>) {
    this.#options = options;
  }

  /** Since the beginning. */
  get commits(): number {
    return this.#commits;
  }

  get rows(): number {
    return this.#rows;
  }

  get isRunning(): boolean {
    return this.#state.kind === 'running';
  }

  get hasMore(): boolean {
    return this.#dirty.size > 0;
  }

  /** Bytes that wait for their commit. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const { authority } of this.#dirty) bytes += authority.queuedBytes;
    return bytes;
  }

  add(document: D): void {
    this.#dirty.add(document);
  }

  remove(document: D): void {
    this.#dirty.delete(document);
  }

  /** Does nothing while a commit is under way, or pauses after a failure. */
  start(): void {
    if (this.#state.kind !== 'ready') return;
    const batches = this.#gather();
    if (batches.size === 0) return;
    const startMs = performance.now();
    const settled = this.#options.journal.append([...batches.keys()]).then(
      (outcomes) => {
        this.#options.onTimed(performance.now() - startMs);
        this.#finish(batches, outcomes);
      },
      (error: unknown) => this.#fail(batches, error),
    );
    this.#state = { kind: 'running', settled };
  }

  /** Commits all there is, with one last try where commits fail. */
  async drain(): Promise<void> {
    if (this.#state.kind === 'pause') this.#resume(this.#state.timer);
    this.start();
    while (this.#state.kind === 'running') {
      await this.#state.settled;
      this.start();
    }
    if (this.#state.kind === 'pause') this.#options.clock.clearTimeout(this.#state.timer);
  }

  #gather(): Map<Batch, D> {
    const batches = new Map<Batch, D>();
    for (const document of this.#dirty) {
      const batch = document.authority.batch();
      if (batch !== null) batches.set(batch, document);
      else if (document.authority.clean) this.#dirty.delete(document);
      if (this.#single > 0 && batches.size > 0) break;
    }
    return batches;
  }

  #finish(batches: ReadonlyMap<Batch, D>, outcomes: readonly AppendOutcome[]): void {
    this.#state = { kind: 'ready' };
    if (this.#failures > 0) this.#options.onResumed();
    this.#failures = 0;
    this.#single = Math.max(0, this.#single - 1);
    this.#commits++;
    [...batches].forEach(([batch, document], i) => {
      if (outcomes[i] === 'conflict') {
        this.#dirty.delete(document);
        this.#options.onRejected(
          document,
          new Error('the journal holds what was not written here'),
        );
        return;
      }
      document.authority.committed(batch);
      this.#rows += batch.rows.length;
      if (document.authority.clean) this.#dirty.delete(document);
      this.#options.onCommitted(document);
    });
    this.#options.onSettled();
  }

  #fail(batches: ReadonlyMap<Batch, D>, error: unknown): void {
    for (const [batch, { authority }] of batches) authority.failed(batch);
    if (error instanceof DatabaseError && error.failure !== 'failed') this.#pause(error);
    else if (batches.size > 1) this.#single = batches.size;
    else for (const document of batches.values()) this.#reject(document, error);
    if (this.#state.kind === 'running') this.#state = { kind: 'ready' };
    this.#options.onSettled();
  }

  #reject(document: D, error: unknown): void {
    this.#single = Math.max(0, this.#single - 1);
    this.#dirty.delete(document);
    this.#options.onRejected(document, error instanceof Error ? error : new Error(String(error)));
  }

  #pause(error: unknown): void {
    const { clock, onStalled } = this.#options;
    if (this.#failures === 0) onStalled(error);
    const pauseMs = Math.min(
      COMMIT_RETRY_CAP_MS,
      COMMIT_RETRY_FIRST_MS * 2 ** Math.min(this.#failures, 16),
    );
    this.#failures++;
    const timer: unknown = clock.setTimeout(() => this.#resume(timer), pauseMs);
    this.#state = { kind: 'pause', timer };
  }

  #resume(timer: unknown): void {
    this.#options.clock.clearTimeout(timer);
    this.#state = { kind: 'ready' };
    this.#options.onWake();
  }
}
