/** Loads documents one at a time, in separate turns of the loop, so that many loads do not block other work. */
import type { DocumentKind } from '@tandem/protocol';
import { StorageError } from '../storage/storage-error.ts';
import type { Clock } from '../runtime/clock.ts';
import {
  documentBudgetMs,
  LoadedDocument,
  storedBytes,
  type DocumentRules,
} from './loaded-document.ts';
import type { Journal } from '../storage/journal/journal.ts';
import type { WorkerProgress } from '../runtime/worker-progress.ts';

export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly loaded: LoadedDocument }
  | { readonly kind: 'absent' }
  /** `damaged`: loading again would fail again. */
  | { readonly kind: 'failed' | 'damaged'; readonly error: unknown };

export interface DocumentLoaderOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly progress: WorkerProgress;
  readonly rules: (kind: DocumentKind) => DocumentRules;
  readonly defer: (run: () => void) => void;
  readonly onLoaded: (document: string, outcome: LoadOutcome) => void;
}

export class DocumentLoader {
  readonly #options: DocumentLoaderOptions;
  readonly #waiting: string[] = [];
  #state: 'idle' | 'loading' = 'idle';

  constructor(options: DocumentLoaderOptions) {
    this.#options = options;
  }

  load(document: string): void {
    this.#waiting.push(document);
    this.#next();
  }

  #next(): void {
    const document = this.#waiting[0];
    if (this.#state === 'loading' || document === undefined) return;
    this.#state = 'loading';
    this.#options.defer(() => {
      void this.#load(document).then((outcome) => {
        this.#waiting.shift();
        this.#state = 'idle';
        this.#options.onLoaded(document, outcome);
        this.#next();
      });
    });
  }

  async #load(document: string): Promise<LoadOutcome> {
    const { journal, progress, clock, rules } = this.#options;
    try {
      const stored = await journal.load(document);
      if (stored === null) return { kind: 'absent' };
      const budgetMs = documentBudgetMs(storedBytes(stored));
      progress.begin({ phase: 'load', document, subscription: 0, cseq: 0, budgetMs });
      const loaded = new LoadedDocument(stored, {
        progress,
        rules: rules(stored.kind),
        nowMs: clock.now(),
      });
      return { kind: 'loaded', loaded };
    } catch (error) {
      return { kind: error instanceof StorageError ? 'failed' : 'damaged', error };
    } finally {
      progress.end();
    }
  }
}
