/**
 * The client's environment: time, randomness, a screen, and network events. All of it can be
 * replaced.
 */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
}

/**
 * `wake`: the machine may have slept, the network may have changed, or the tab came to the front,
 * so the client checks the server now.
 */
export type EnvironmentEvent = 'online' | 'offline' | 'wake' | 'hidden' | 'leaving';

export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  online(): boolean;
  visible(): boolean;
  frame(run: () => void): void;
  listen(listener: (event: EnvironmentEvent) => void): () => void;
}

/** A hidden tab draws no frames, so its work runs after this delay instead. */
const HIDDEN_FRAME_MS = 50;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, delayMs) => globalThis.setTimeout(run, delayMs),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as ReturnType<typeof setTimeout>),
};

export function browserEnvironment(): Environment {
  const visible = () => document.visibilityState === 'visible';
  return {
    clock: systemClock,
    random: { next: Math.random },
    online: () => navigator.onLine,
    visible,
    frame: (run) => {
      if (!visible()) {
        systemClock.setTimeout(run, HIDDEN_FRAME_MS);
        return;
      }
      let done = false;
      const once = () => {
        if (done) return;
        done = true;
        run();
      };
      requestAnimationFrame(once);
      // A tab hidden between the request and the frame would hold the work until it is shown again.
      systemClock.setTimeout(once, HIDDEN_FRAME_MS * 2);
    },
    listen: (listener) => {
      const abort = new AbortController();
      const on = (target: EventTarget, name: string, event: EnvironmentEvent) =>
        target.addEventListener(name, () => listener(event), { signal: abort.signal });
      on(globalThis, 'online', 'online');
      on(globalThis, 'offline', 'offline');
      on(globalThis, 'focus', 'wake');
      on(globalThis, 'pageshow', 'wake');
      on(globalThis, 'pagehide', 'leaving');
      document.addEventListener('visibilitychange', () => listener(visible() ? 'wake' : 'hidden'), {
        signal: abort.signal,
      });
      const network: unknown = Reflect.get(navigator, 'connection');
      if (network instanceof EventTarget) on(network, 'change', 'wake');
      return () => abort.abort();
    },
  };
}

export function headlessEnvironment(): Environment {
  return {
    clock: systemClock,
    random: { next: Math.random },
    online: () => true,
    visible: () => true,
    frame: (run) => queueMicrotask(run),
    listen: () => () => undefined,
  };
}
