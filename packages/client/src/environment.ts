/** What the client needs of the world: time, chance, a screen, and word of the network. All of it can be replaced. */

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

/** - `wake`: the machine may have slept, the network may have changed, or the tab came to the front: ask the server now. */
export type EnvironmentEvent = 'online' | 'offline' | 'wake' | 'hidden' | 'leaving';

export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  /** False when the device says for sure that it has no network. */
  online(): boolean;
  visible(): boolean;
  /** Runs `run` before the next picture is drawn, or soon when nothing is drawn. */
  frame(run: () => void): void;
  /** Returns the way to stop listening. */
  listen(listener: (event: EnvironmentEvent) => void): () => void;
}

/** A hidden tab draws no frames; its work is done this much later instead. */
const HIDDEN_FRAME_MS = 50;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, delayMs) => globalThis.setTimeout(run, delayMs),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** A browser tab. */
export function browserEnvironment(): Environment {
  const visible = () => document.visibilityState === 'visible';
  return {
    clock: systemClock,
    random: { next: Math.random },
    online: () => navigator.onLine,
    visible,
    frame: (run) => {
      if (!visible()) {
        setTimeout(run, HIDDEN_FRAME_MS);
        return;
      }
      let done = false;
      const once = () => {
        if (done) return;
        done = true;
        run();
      };
      requestAnimationFrame(once);
      // A tab that is hidden between the request and the frame would keep the work until it is shown again.
      setTimeout(once, HIDDEN_FRAME_MS * 2);
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

/** A process without a screen: bots, load, tests on real sockets. */
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
