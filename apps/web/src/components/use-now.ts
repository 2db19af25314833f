import { useSyncExternalStore } from 'react';

/** The time, in steps of `stepMs` milliseconds, so that a page of relative times changes together and rarely. */
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
