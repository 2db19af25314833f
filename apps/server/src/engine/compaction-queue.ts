/** Documents that wait to be compacted: each once, one at a time. */
import type { CompactionOutcome } from './compactor.ts';
import type { EngineNotice } from './port.ts';

export interface CompactionDone {
  readonly document: string;
  readonly outcome: CompactionOutcome;
}

export interface CompactionQueueOptions {
  /** Answered by a call of `done`, or of `stop`. */
  readonly compact: (document: string) => void;
  readonly onDone: (document: string, outcome: 'compacted' | 'unchanged') => void;
  readonly onNotices: (notices: readonly EngineNotice[]) => void;
}

export class CompactionQueue {
  readonly #options: CompactionQueueOptions;
  /** The first is the one at work. */
  readonly #documents = new Set<string>();
  #state: 'stopped' | 'idle' | 'working' = 'stopped';
  #compactions = 0;
  #startMs = 0;

  constructor(options: CompactionQueueOptions) {
    this.#options = options;
  }

  /** Since the beginning. */
  get compactions(): number {
    return this.#compactions;
  }

  /** There is somebody who compacts. */
  start(): void {
    this.#state = 'idle';
    this.#next();
  }

  add(documents: readonly string[]): void {
    for (const document of documents) this.#documents.add(document);
    this.#next();
  }

  done({ document, outcome }: CompactionDone): void {
    if (outcome.kind === 'compacted') {
      this.#compactions++;
      const ms = performance.now() - this.#startMs;
      this.#options.onNotices([{ kind: 'timed', work: 'compaction', document, ms }]);
    }
    if (outcome.kind === 'failed') this.#report(document, outcome.reason);
    this.#documents.delete(document);
    this.#state = 'idle';
    this.#options.onDone(document, outcome.kind === 'compacted' ? 'compacted' : 'unchanged');
    this.#next();
  }

  /** Whoever compacts is no more, until `start` is called again. */
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
    this.#startMs = performance.now();
    this.#options.compact(document);
  }

  #report(document: string, detail: string): void {
    this.#options.onNotices([
      { kind: 'incident', what: 'document not compacted', document, detail },
    ]);
  }
}
