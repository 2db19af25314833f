import { useSyncExternalStore } from 'react';

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}

/** The time in steps of `stepMs` milliseconds, so that all relative times on a page change together and rarely. */
export function useNow(stepMs: number): number {
  const step = useSyncExternalStore(
    (changed) => {
      const timer = setInterval(changed, Math.min(stepMs, 10_000));
      return () => clearInterval(timer);
    },
    () => Math.floor(Date.now() / stepMs),
  );
  return step * stepMs;
}

export function useVisible(): boolean {
  return useSyncExternalStore(
    (changed) => {
      document.addEventListener('visibilitychange', changed);
      return () => document.removeEventListener('visibilitychange', changed);
    },
    () => document.visibilityState === 'visible',
  );
}
