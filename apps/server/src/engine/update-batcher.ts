/**
 * What is for a document that many write to at once reaches its shard together: one message, one turn,
 * one commit and one frame for each reader, where there would be as many as there are updates. The first
 * updates of a burst are never held back, nor are two or three people who type.
 */
import type { Clock } from '../runtime/clock.ts';
import type { ShardRequest } from './shard-message.ts';
import { gatherMs, LOADED_UPDATES, LOAD_WINDOW_MS } from './limits.ts';

export interface UpdateBatcherOptions {
  readonly clock: Clock;
  /** How many have a document open. */
  readonly readersOf: (document: string) => number;
  /** What was held of one document, in its order. */
  readonly release: (requests: readonly ShardRequest[]) => void;
}

interface Held {
  readonly requests: ShardRequest[];
  readonly timer: unknown;
}

export class UpdateBatcher {
  readonly #options: UpdateBatcherOptions;
  readonly #held = new Map<string, Held>();
  #windowFromMs = 0;
  #updates = new Map<string, number>();
  #hot: ReadonlySet<string> = new Set();

  constructor(options: UpdateBatcherOptions) {
    this.#options = options;
  }

  /** Whether the request waits. Nothing of a document overtakes what of it does. */
  hold(request: ShardRequest): boolean {
    if (request.kind === 'create') return false;
    const { document } = request;
    const isLoaded = request.kind === 'append' && this.#load(document);
    const held = this.#held.get(document);
    if (held !== undefined) held.requests.push(request);
    else if (isLoaded) this.#begin(document, request);
    return isLoaded || held !== undefined;
  }

  /** Releases all there is. */
  flush(): void {
    for (const document of [...this.#held.keys()]) this.#release(document);
  }

  #begin(document: string, request: ShardRequest): void {
    const { clock, readersOf } = this.#options;
    const timer = clock.setTimeout(() => this.#release(document), gatherMs(readersOf(document)));
    this.#held.set(document, { requests: [request], timer });
  }

  #release(document: string): void {
    const held = this.#held.get(document);
    if (held === undefined) return;
    this.#held.delete(document);
    this.#options.clock.clearTimeout(held.timer);
    this.#options.release(held.requests);
  }

  /** Counts an update. @returns whether there were many in the last window. */
  #load(document: string): boolean {
    const sinceMs = this.#options.clock.now() - this.#windowFromMs;
    if (sinceMs >= LOAD_WINDOW_MS || sinceMs < 0) {
      const isRecent = sinceMs >= 0 && sinceMs < 2 * LOAD_WINDOW_MS;
      this.#hot = new Set(isRecent ? manyOf(this.#updates) : []);
      this.#updates = new Map();
      this.#windowFromMs += sinceMs;
    }
    this.#updates.set(document, (this.#updates.get(document) ?? 0) + 1);
    return this.#hot.has(document);
  }
}

function manyOf(updates: ReadonlyMap<string, number>): string[] {
  return [...updates].filter(([, count]) => count >= LOADED_UPDATES).map(([document]) => document);
}
