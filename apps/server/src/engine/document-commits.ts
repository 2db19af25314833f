/** Commits the accepted updates of a shard's documents to the journal. */
import type { Batch } from '@tandem/sync';
import type { Clock } from '../runtime/clock.ts';
import { GroupCommit, type GroupCommitOptions } from '../storage/group-commit.ts';
import type { AppendOutcome, Journal } from '../storage/journal/journal.ts';
import { ContendedDocuments } from './contended-documents.ts';
import type { LoadedDocument } from './loaded-document.ts';

interface DocumentBatch {
  readonly document: LoadedDocument;
  readonly batch: Batch;
}

type GroupListeners = Pick<
  GroupCommitOptions<DocumentBatch, readonly AppendOutcome[]>,
  'onStalled' | 'onResumed' | 'onReady'
>;

export interface DocumentCommitsOptions extends GroupListeners {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly listener: DocumentCommitsListener;
}

export interface DocumentCommitsListener {
  onCommitted(document: LoadedDocument, batch: Batch): void;
  /** Another process appends, or has appended: the document has to follow it. */
  onContention(document: LoadedDocument): void;
  onRejected(document: LoadedDocument, error: Error): void;
  onDuration(ms: number): void;
}

export class DocumentCommits {
  readonly #listener: DocumentCommitsListener;
  readonly #commit: GroupCommit<DocumentBatch, readonly AppendOutcome[]>;
  readonly #dirty = new Set<LoadedDocument>();
  readonly #contended: ContendedDocuments<LoadedDocument>;
  #commits = 0;
  #rows = 0;
  #conflicts = 0;

  constructor({ journal, clock, random, listener, ...group }: DocumentCommitsOptions) {
    this.#listener = listener;
    this.#contended = new ContendedDocuments({ clock, random, onPauseEnded: group.onReady });
    this.#commit = new GroupCommit({
      ...group,
      clock,
      take: (limit) => this.#take(limit),
      commit: (items) => journal.append(items.map(({ batch }) => batch)),
      onCommitted: (items, outcomes, ms) => this.#finish(items, outcomes, ms),
      onFailed(items) {
        for (const { document, batch } of items) document.authority.failed(batch);
      },
      onRejected: ({ document }, error) => this.#reject(document, error),
    });
  }

  get commits(): number {
    return this.#commits;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Appends that met another process. */
  get conflicts(): number {
    return this.#conflicts;
  }

  get isRunning(): boolean {
    return this.#commit.isRunning;
  }

  get hasMore(): boolean {
    return this.#dirty.size > 0;
  }

  get queuedBytes(): number {
    let bytes = 0;
    for (const { authority } of this.#dirty) bytes += authority.queuedBytes;
    return bytes;
  }

  add(document: LoadedDocument): void {
    this.#dirty.add(document);
  }

  remove(document: LoadedDocument): void {
    this.#dirty.delete(document);
    this.#contended.remove(document);
  }

  start(): void {
    this.#commit.start();
  }

  /** Commits what can be committed now. Nothing pauses from here on. */
  async drain(): Promise<void> {
    this.#contended.end();
    await this.#commit.drain();
  }

  #take(limit: number): readonly DocumentBatch[] {
    const { alone } = this.#contended;
    const batch = alone?.authority.batch() ?? null;
    if (alone !== undefined && batch !== null) return [{ document: alone, batch }];
    const items: DocumentBatch[] = [];
    for (const document of this.#dirty) {
      if (this.#contended.isPaused(document) || this.#contended.isAlone(document)) continue;
      const next = document.authority.batch();
      if (next !== null) items.push({ document, batch: next });
      else if (document.authority.clean) this.#dirty.delete(document);
      if (items.length >= limit) break;
    }
    return items;
  }

  #finish(items: readonly DocumentBatch[], outcomes: readonly AppendOutcome[], ms: number): void {
    this.#listener.onDuration(ms);
    this.#commits++;
    items.forEach(({ document, batch }, i) => {
      const outcome = outcomes[i] ?? 'busy';
      if (outcome === 'committed') this.#finishOne(document, batch);
      else this.#repeat(document, batch, outcome);
    });
  }

  #finishOne(document: LoadedDocument, batch: Batch): void {
    document.authority.committed(batch);
    this.#rows += batch.rows.length;
    this.#contended.remove(document);
    if (document.authority.clean) this.#dirty.delete(document);
    this.#listener.onCommitted(document, batch);
  }

  #repeat(document: LoadedDocument, batch: Batch, outcome: 'conflict' | 'busy'): void {
    this.#conflicts++;
    // A document that was dropped meanwhile does not wait.
    if (this.#dirty.has(document)) this.#contended.add(document, outcome);
    if (outcome === 'busy') document.authority.postponed(batch);
    else document.authority.conflicted(batch);
    this.#listener.onContention(document);
  }

  #reject(document: LoadedDocument, error: unknown): void {
    this.remove(document);
    this.#listener.onRejected(document, error instanceof Error ? error : new Error(String(error)));
  }
}
