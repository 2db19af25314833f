/** A queue of documents to compact, each once, one at a time. */
import type { Clock } from '../runtime/clock.ts';
import type { CompactionOutcome } from './compactor.ts';
import type { EngineNotice } from './port.ts';

export interface CompactionDone {
  readonly document: string;
  readonly outcome: CompactionOutcome;
}

export interface CompactionQueueOptions {
  readonly clock: Clock;
  readonly compact: (document: string) => void;
  readonly onDone: (document: string, outcome: 'compacted' | 'unchanged') => void;
  readonly onNotices: (notices: readonly EngineNotice[]) => void;
}

export class CompactionQueue {
  readonly #options: CompactionQueueOptions;
  readonly #documents = new Set<string>();
  #state: 'stopped' | 'idle' | 'working' = 'stopped';
  #compactions = 0;
  #startMs = 0;

  constructor(options: CompactionQueueOptions) {
    this.#options = options;
  }

  get compactions(): number {
    return this.#compactions;
  }

  start(): void {
    this.#state = 'idle';
    this.#next();
  }

  add(documents: readonly string[]): void {
    for (const document of documents) this.#documents.add(document);
    this.#next();
  }

  done({ document, outcome }: CompactionDone): void {
    const { clock, onDone, onNotices } = this.#options;
    if (outcome.kind === 'compacted') {
      this.#compactions++;
      const ms = clock.monotonicMs() - this.#startMs;
      onNotices([{ kind: 'latency', work: 'compaction', document, ms }]);
    }
    if (outcome.kind === 'failed') this.#report(document, outcome.reason);
    this.#documents.delete(document);
    this.#state = 'idle';
    onDone(document, outcome.kind === 'compacted' ? 'compacted' : 'unchanged');
    this.#next();
  }

  stop(reason: string): void {
    const [document] = this.#documents;
    const wasWorking = this.#state === 'working';
    this.#state = 'stopped';
    if (!wasWorking || document === undefined) return;
    this.#report(document, reason);
    this.#documents.delete(document);
    this.#options.onDone(document, 'unchanged');
  }

  #next(): void {
    const [document] = this.#documents;
    if (this.#state !== 'idle' || document === undefined) return;
    this.#state = 'working';
    this.#startMs = this.#options.clock.monotonicMs();
    this.#options.compact(document);
  }

  #report(document: string, detail: string): void {
    this.#options.onNotices([{ kind: 'error', what: 'document not compacted', document, detail }]);
  }
}
