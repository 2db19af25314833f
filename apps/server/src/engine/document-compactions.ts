/** Compactions of a shard's documents: when to ask for one, and what to do with its result. */
import type { Clock } from '../runtime/clock.ts';
import type { Journal } from '../storage/journal/journal.ts';
import type { LoadedDocument } from './loaded-document.ts';
import type { TurnResults } from './turn-results.ts';

export interface DocumentCompactionsOptions {
  readonly journal: Journal;
  readonly isShared: boolean;
  readonly clock: Clock;
  readonly results: TurnResults;
  /** Called after an error, which waits to be posted. */
  readonly onFailed: () => void;
}

export class DocumentCompactions {
  readonly #options: DocumentCompactionsOptions;

  constructor(options: DocumentCompactionsOptions) {
    this.#options = options;
  }

  requestIfDue({ authority, compaction }: LoadedDocument): void {
    const { clock, results } = this.#options;
    if (!compaction.isDue(authority, clock.now())) return;
    compaction.request();
    results.requestCompaction(authority.document);
  }

  /** A process whose own commit makes a compaction due asks for it; the others only read its result. */
  adoptIfDue(loaded: LoadedDocument): void {
    const { authority, compaction } = loaded;
    const half = { rowCount: authority.rowCount / 2, rowBytes: authority.rowBytes / 2 };
    if (!compaction.isDue(half, this.#options.clock.now())) return;
    compaction.request();
    void this.finish(loaded, 'compacted');
  }

  async finish(
    { authority, compaction }: LoadedDocument,
    outcome: 'compacted' | 'unchanged',
  ): Promise<void> {
    const { journal, isShared, clock, results, onFailed } = this.#options;
    try {
      // Another process may have compacted it.
      const isNew = outcome === 'compacted' || isShared;
      const stored = isNew ? await journal.snapshot(authority.document) : null;
      if (stored?.epoch === authority.epoch) authority.compacted(stored);
    } catch (error) {
      // The rows in memory serve as well as the snapshot.
      results.reportError('snapshot not read', error, authority.document);
      onFailed();
    }
    compaction.complete(outcome, authority.rowCount, clock.now());
  }
}
