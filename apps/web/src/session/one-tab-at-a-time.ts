import { waitForLock, type Environment, type TabLocks } from '@tandem/client';

/** The browser's locks, and what is as good where it has none. */
export interface TabLocking {
  readonly clock: Environment['clock'];
  readonly locks: TabLocks | undefined;
  /** @returns the way to give it back. */
  readonly lease: (name: string) => Promise<() => unknown>;
}

/** Runs `run` while no other tab of this browser runs its own, where the browser can see to that. */
export async function oneTabAtATime<T>(
  { clock, locks, lease }: TabLocking,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  const release = await (locks === undefined ? lease(name) : waitForLock(locks, name, clock));
  try {
    return await run();
  } finally {
    release();
  }
}
