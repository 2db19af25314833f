import { useEffect, useEffectEvent, useSyncExternalStore, type ReactNode } from 'react';

/** Between attempts to load a module that is waited for: the network may be gone, or a newer version deployed. */
const RETRY_AFTER_MS = 3_000;

/**
 * Code that is loaded when it is used, or once the page is idle. Unlike with `React.lazy`, nothing suspends where the
 * code is there already, and a load that failed is tried again.
 */
export class Deferred<T> {
  readonly #import: () => Promise<T>;
  readonly #listeners = new Set<() => void>();
  #module: T | null = null;
  #loading: Promise<T> | null = null;

  /** @param preload what is needed when the network is gone is loaded as soon as the first screen can be used */
  constructor(load: () => Promise<T>, { preload = 'idle' }: { preload?: 'idle' | 'at once' } = {}) {
    this.#import = load;
    if (preload === 'at once') {
      urgent.push(this);
      if (isScreenReady) preloadUrgent();
      return;
    }
    queue.push(this);
    if (isScreenReady) preloadNext();
  }

  /** Null before it is loaded. */
  get module(): T | null {
    return this.#module;
  }

  load(): Promise<T> {
    this.#loading ??= this.#import().then(
      (module) => {
        this.#module = module;
        for (const listener of this.#listeners) listener();
        return module;
      },
      (error: unknown) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Starts loading. A failure shows where the module is needed. */
  preload(): void {
    void this.load().catch(() => undefined);
  }

  /**
   * Calls back once the code is there, and tries to load it until then.
   *
   * @param goesOn asked after each attempt that failed
   * @returns a function that ends the wait
   */
  whenLoaded(
    run: (module: T) => void,
    goesOn: (attempts: number) => boolean = () => true,
  ): () => void {
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    const attempt = (count: number) => {
      if (this.#module !== null) return run(this.#module);
      this.load().then(
        (module) => {
          if (!isOver) run(module);
        },
        () => {
          if (!isOver && goesOn(count))
            timer = setTimeout(() => attempt(count + 1), RETRY_AFTER_MS);
        },
      );
    };
    attempt(1);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** Shows something of a module that may have to be loaded first. */
export function Loaded<T>({
  from,
  fallback = null,
  children,
}: {
  readonly from: Deferred<T>;
  readonly fallback?: ReactNode;
  readonly children: (module: T) => ReactNode;
}) {
  const module = useDeferred(from, true);
  return module === null ? fallback : children(module);
}

/**
 * The module once it is loaded, which starts as soon as it is wanted.
 *
 * @param giveUp called when it cannot be loaded; without it, loading is tried again for as long as it is wanted
 */
export function useDeferred<T>(
  deferred: Deferred<T>,
  isWanted: boolean,
  giveUp?: () => void,
): T | null {
  const module = useSyncExternalStore(deferred.subscribe, () => deferred.module);
  const isMissing = isWanted && module === null;
  const fail = useEffectEvent((attempts: number) => {
    if (attempts === 1) failureListener?.();
    giveUp?.();
    return giveUp === undefined;
  });
  useEffect(() => {
    if (!isMissing) return;
    return deferred.whenLoaded(() => undefined, fail);
  }, [deferred, isMissing]);
  return module;
}

let failureListener: (() => void) | null = null;

/** @param listener called when code that a person waits for could not be loaded */
export function onDeferredFailure(listener: () => void): void {
  failureListener = listener;
}

/** Upper limit for a wait, also in browsers without `requestIdleCallback`. */
const IDLE_WITHIN_MS = 2_000;

const urgent: Deferred<unknown>[] = [];
const queue: Deferred<unknown>[] = [];
let isScreenReady = false;
let isPreloading = false;

/**
 * Called when the first screen can be used: from now on all deferred code is loaded, piece by piece while the page is
 * idle. When a person needs it, the network may be gone, or a newer version deployed.
 */
export function screenIsReady(): void {
  isScreenReady = true;
  preloadUrgent();
  preloadNext();
}

function preloadUrgent(): void {
  for (const deferred of urgent.splice(0)) deferred.preload();
}

function preloadNext(): void {
  if (isPreloading || queue.length === 0) return;
  isPreloading = true;
  whenIdle(() => {
    void queue
      .shift()
      ?.load()
      .catch(() => undefined)
      .finally(() => {
        isPreloading = false;
        preloadNext();
      });
  });
}

function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === 'function')
    requestIdleCallback(run, { timeout: IDLE_WITHIN_MS });
  else setTimeout(run, IDLE_WITHIN_MS / 10);
}
