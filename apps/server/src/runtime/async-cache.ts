/**
 * A cache in front of an asynchronous source, such as the database. Concurrent fetches of one key share one
 * request. Code that changes the source calls `invalidate`; a request that is running then is repeated, so no
 * caller gets the old value.
 */
import { LRUCache } from 'lru-cache';
import { systemClock, type Clock } from './clock.ts';

export interface AsyncCacheOptions<T extends object> {
  /** Null: there is no such value, which is not cached. */
  readonly load: (key: string) => Promise<T | null>;
  readonly maxEntries: number;
  readonly idleMs: number;
  readonly isInUse?: (key: string) => boolean;
  readonly clock?: Clock;
}

interface CacheEntry<T> {
  readonly value: T;
  usedAtMs: number;
}

interface Request<T> {
  readonly value: Promise<T | null>;
  isOutdated: boolean;
}

export class AsyncCache<T extends object> {
  readonly #options: AsyncCacheOptions<T>;
  readonly #clock: Clock;
  readonly #entries: LRUCache<string, CacheEntry<T>>;
  readonly #requests = new Map<string, Request<T>>();

  constructor(options: AsyncCacheOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#entries = new LRUCache({ max: options.maxEntries });
  }

  get size(): number {
    return this.#entries.size;
  }

  async fetch(key: string): Promise<T | null> {
    for (;;) {
      const value = this.#get(key);
      if (value !== null) return value;
      const request = this.#requests.get(key) ?? this.#load(key);
      const loaded = await request.value;
      if (!request.isOutdated) return loaded;
    }
  }

  touch(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.usedAtMs = this.#clock.monotonicMs();
  }

  invalidate(key: string): void {
    this.#entries.delete(key);
    const request = this.#requests.get(key);
    if (request === undefined) return;
    request.isOutdated = true;
    this.#requests.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    for (const key of [...this.#requests.keys()]) this.invalidate(key);
  }

  #load(key: string): Request<T> {
    const request: Request<T> = {
      value: this.#options.load(key).then(
        (value) => {
          this.#onLoaded(key, request, value);
          return value;
        },
        (error: unknown) => {
          this.#onLoaded(key, request, null);
          throw error;
        },
      ),
      isOutdated: false,
    };
    this.#requests.set(key, request);
    return request;
  }

  #onLoaded(key: string, request: Request<T>, value: T | null): void {
    if (request.isOutdated) return;
    this.#requests.delete(key);
    if (value === null) return;
    this.#entries.set(key, { value, usedAtMs: this.#clock.monotonicMs() });
    this.#dropIdle();
  }

  #get(key: string): T | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (this.#isIdle(key, entry)) {
      this.#entries.delete(key);
      return null;
    }
    entry.usedAtMs = this.#clock.monotonicMs();
    return entry.value;
  }

  #dropIdle(): void {
    for (const key of this.#entries.rkeys()) {
      const entry = this.#entries.peek(key);
      if (entry === undefined || !this.#isIdle(key, entry)) return;
      this.#entries.delete(key);
    }
  }

  #isIdle(key: string, { usedAtMs }: CacheEntry<T>): boolean {
    const { idleMs, isInUse } = this.#options;
    return this.#clock.monotonicMs() - usedAtMs > idleMs && isInUse?.(key) !== true;
  }
}
