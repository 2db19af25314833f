/**
 * Batches the requests of busy documents on their way to a shard: one message, one turn, one commit and
 * one frame for each reader instead of one for each update. The first updates of a burst pass at once,
 * like those of two or three people who type.
 */
import type { Clock } from '../runtime/clock.ts';
import { BATCHING } from './limits.ts';
import type { ShardRequest } from './shard-message.ts';

export interface UpdateBatcherOptions {
  readonly clock: Clock;
  readonly readersOf: (document: string) => number;
  readonly release: (requests: readonly ShardRequest[]) => void;
}

interface Buffered {
  readonly requests: ShardRequest[];
  readonly timer: unknown;
}

export class UpdateBatcher {
  readonly #options: UpdateBatcherOptions;
  readonly #buffered = new Map<string, Buffered>();
  #windowFromMs = 0;
  #updates = new Map<string, number>();
  #busy: ReadonlySet<string> = new Set();

  constructor(options: UpdateBatcherOptions) {
    this.#options = options;
  }

  /** @returns whether the request waits. Requests of one document never overtake each other. */
  buffer(request: ShardRequest): boolean {
    if (request.kind === 'create') return false;
    // Rows of other processes: the sooner they are followed, the fewer appends meet them.
    if (request.kind === 'later' || request.kind === 'moved') return false;
    const { document } = request;
    const isBusy = request.kind === 'append' && this.#count(document);
    const buffered = this.#buffered.get(document);
    if (buffered !== undefined) buffered.requests.push(request);
    else if (isBusy) this.#begin(document, request);
    return isBusy || buffered !== undefined;
  }

  flush(): void {
    for (const document of [...this.#buffered.keys()]) this.#release(document);
  }

  #begin(document: string, request: ShardRequest): void {
    const { clock, readersOf } = this.#options;
    const delayMs = batchingDelayMs(readersOf(document));
    const timer = clock.setTimeout(() => this.#release(document), delayMs);
    this.#buffered.set(document, { requests: [request], timer });
  }

  #release(document: string): void {
    const buffered = this.#buffered.get(document);
    if (buffered === undefined) return;
    this.#buffered.delete(document);
    this.#options.clock.clearTimeout(buffered.timer);
    this.#options.release(buffered.requests);
  }

  #count(document: string): boolean {
    const sinceMs = this.#options.clock.now() - this.#windowFromMs;
    if (sinceMs >= BATCHING.windowMs || sinceMs < 0) {
      const isRecent = sinceMs >= 0 && sinceMs < 2 * BATCHING.windowMs;
      this.#busy = new Set(isRecent ? busyIn(this.#updates) : []);
      this.#updates = new Map();
      this.#windowFromMs += sinceMs;
    }
    this.#updates.set(document, (this.#updates.get(document) ?? 0) + 1);
    return this.#busy.has(document);
  }
}

export function batchingDelayMs(readers: number): number {
  const { minDelayMs, maxDelayMs, delayMsPerReader } = BATCHING;
  return Math.min(maxDelayMs, Math.max(minDelayMs, readers * delayMsPerReader));
}

function busyIn(updates: ReadonlyMap<string, number>): string[] {
  return [...updates]
    .filter(([, count]) => count >= BATCHING.busyUpdates)
    .map(([document]) => document);
}
