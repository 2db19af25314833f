/** Runs `run` while no other tab of this browser runs its own, where the browser can see to that. */
export async function oneTabAtATime<T>(
  locks: Pick<LockManager, 'request'> | undefined,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  const release = await acquire(locks, name);
  try {
    return await run();
  } finally {
    release();
  }
}

function acquire(
  locks: Pick<LockManager, 'request'> | undefined,
  name: string,
): Promise<() => void> {
  return new Promise((resolve) => {
    const nothing = () => undefined;
    if (locks === undefined) return resolve(nothing);
    // A browser that is told to keep nothing may refuse a lock too.
    locks
      .request(name, () => new Promise<void>((release) => resolve(release)))
      .catch(() => resolve(nothing));
  });
}
