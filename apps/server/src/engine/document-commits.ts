/** Commits the accepted updates of a shard's documents to the journal. */
import type { Batch } from '@tandem/sync';
import type { Clock } from '../runtime/clock.ts';
import { GroupCommit } from '../storage/group-commit.ts';
import type { AppendOutcome, Journal } from '../storage/journal/journal.ts';
import type { LoadedDocument } from './loaded-document.ts';

export interface DocumentCommitsOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly onCommitted: (document: LoadedDocument) => void;
  readonly onRejected: (document: LoadedDocument, error: Error) => void;
  readonly onDuration: (ms: number) => void;
  readonly onStalled: (error: Error) => void;
  readonly onResumed: () => void;
  readonly onReady: () => void;
}

interface DocumentBatch {
  readonly document: LoadedDocument;
  readonly batch: Batch;
}

export class DocumentCommits {
  readonly #options: DocumentCommitsOptions;
  readonly #commit: GroupCommit<DocumentBatch, readonly AppendOutcome[]>;
  readonly #dirty = new Set<LoadedDocument>();
  #commits = 0;
  #rows = 0;

  constructor(options: DocumentCommitsOptions) {
    const { journal, clock, onStalled, onResumed, onReady } = options;
    this.#options = options;
    this.#commit = new GroupCommit({
      clock,
      take: (limit) => this.#take(limit),
      commit: (items) => journal.append(items.map(({ batch }) => batch)),
      onCommitted: (items, outcomes, ms) => this.#finish(items, outcomes, ms),
      onFailed(items) {
        for (const { document, batch } of items) document.authority.failed(batch);
      },
      onRejected: ({ document }, error) => this.#reject(document, error),
      onStalled,
      onResumed,
      onReady,
    });
  }

  get commits(): number {
    return this.#commits;
  }

  get rows(): number {
    return this.#rows;
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
  }

  start(): void {
    this.#commit.start();
  }

  async drain(): Promise<void> {
    await this.#commit.drain();
  }

  #take(limit: number): readonly DocumentBatch[] {
    const items: DocumentBatch[] = [];
    for (const document of this.#dirty) {
      const batch = document.authority.batch();
      if (batch !== null) items.push({ document, batch });
      else if (document.authority.clean) this.#dirty.delete(document);
      if (items.length >= limit) break;
    }
    return items;
  }

  #finish(items: readonly DocumentBatch[], outcomes: readonly AppendOutcome[], ms: number): void {
    const { onCommitted, onDuration } = this.#options;
    onDuration(ms);
    this.#commits++;
    items.forEach(({ document, batch }, i) => {
      if (outcomes[i] === 'conflict') {
        this.#reject(document, new Error('another writer changed the document in the journal'));
        return;
      }
      if (outcomes[i] === 'busy') {
        document.authority.failed(batch);
        return;
      }
      document.authority.committed(batch);
      this.#rows += batch.rows.length;
      if (document.authority.clean) this.#dirty.delete(document);
      onCommitted(document);
    });
  }

  #reject(document: LoadedDocument, error: unknown): void {
    this.#dirty.delete(document);
    this.#options.onRejected(document, error instanceof Error ? error : new Error(String(error)));
  }
}
