/** A document in memory, with those who have it open. */
import type { DocumentKind } from '@tandem/protocol';
import { Authority, type AuthorityRules, type StoredDocument } from '@tandem/sync';
import * as Y from 'yjs';
import { CompactionPlan } from './compaction-plan.ts';
import { documentBudgetMs, MAX_COLD_ROWS } from './limits.ts';
import type { WorkerProgress } from '../runtime/worker-progress.ts';

export type DocumentRules = Omit<AuthorityRules, 'onRebuild'>;

export class LoadedDocument {
  readonly kind = 'hot';
  readonly documentKind: DocumentKind;
  readonly authority: Authority;
  readonly compaction = new CompactionPlan();
  /** Requests that wait until nothing is uncommitted. */
  viewers: number[] = [];
  idleSinceMs: number;
  /** When it was last written to, since it is in memory. */
  writtenAtMs = Number.NEGATIVE_INFINITY;
  readonly #progress: WorkerProgress;
  readonly #storedBytes: number;

  /** @throws DamagedDocument */
  constructor(
    stored: StoredDocument,
    options: {
      readonly progress: WorkerProgress;
      readonly rules: DocumentRules;
      readonly nowMs: number;
    },
  ) {
    this.documentKind = stored.kind;
    this.idleSinceMs = options.nowMs;
    this.#progress = options.progress;
    this.#storedBytes = storedBytes(stored);
    this.authority = Authority.load(stored, {
      ...options.rules,
      // Still the same piece of work, but it takes as long as loading.
      onRebuild: () => this.#progress.extend(this.#budgetMs),
    });
    if (stored.rows.length <= MAX_COLD_ROWS) return;
    // In memory only; that of the journal is asked for, and compared with what it was made from.
    const snapshot = Y.encodeStateAsUpdate(this.authority.view());
    this.authority.compacted({ snapshot, snapshotOffset: this.authority.head });
    this.compaction.ask();
  }

  get document(): string {
    return this.authority.document;
  }

  /** Work that takes longer the larger the document is. */
  read<T>(work: () => T): T {
    const { document } = this;
    const budgetMs = this.#budgetMs;
    this.#progress.begin({ phase: 'read', document, subscription: 0, cseq: 0, budgetMs });
    try {
      return work();
    } finally {
      this.#progress.end();
    }
  }

  get #budgetMs(): number {
    return documentBudgetMs(this.#storedBytes + this.authority.rowBytes);
  }
}

export function storedBytes({ snapshot, rows }: StoredDocument): number {
  return rows.reduce((sum, row) => sum + row.update.byteLength, snapshot?.byteLength ?? 0);
}
