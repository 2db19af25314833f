/** The browser's locks, and what is as good where it has none. */
export interface TabLocks {
  readonly locks: Pick<LockManager, 'request'> | undefined;
  /** @returns the way to give it back. */
  readonly lease: (name: string) => Promise<() => unknown>;
}

/** Runs `run` while no other tab of this browser runs its own, where the browser can see to that. */
export async function oneTabAtATime<T>(
  { locks, lease }: TabLocks,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  const release = locks === undefined ? await lease(name) : await acquire(locks, name);
  try {
    return await run();
  } finally {
    release();
  }
}

function acquire(locks: Pick<LockManager, 'request'>, name: string): Promise<() => void> {
  return new Promise((resolve) => {
    const nothing = () => undefined;
    // A browser that is told to keep nothing may refuse a lock too.
    locks
      .request(name, () => new Promise<void>((release) => resolve(release)))
      .catch(() => resolve(nothing));
  });
}
