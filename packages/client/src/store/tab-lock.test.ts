import { ManualClock } from '@tandem/testkit';
import { expect, test, vi } from 'vitest';
import { LOCK_TIMEOUT_MS, takeLock, waitForLock, type TabLocks } from './tab-lock.ts';

type Grant = (lock: Lock | null) => unknown;

function lockOf({ isHeld }: { isHeld: boolean }) {
  const waiting: (() => void)[] = [];
  const held = vi.fn();
  const grant = async (run: Grant) => {
    isHeld = true;
    held();
    await run({ name: 'x', mode: 'exclusive' });
    isHeld = false;
    waiting.shift()?.();
  };
  const request = (_name: string, options: LockOptions, run: Grant) => {
    if (!isHeld) return grant(run);
    if (options.ifAvailable === true) return Promise.resolve(run(null));
    return new Promise<void>((resolve) => waiting.push(() => resolve(grant(run))));
  };
  const free = () => {
    isHeld = false;
    waiting.shift()?.();
  };
  return { locks: { request } as unknown as TabLocks, held, free, isHeld: () => isHeld };
}

const hanging = { request: () => new Promise(() => undefined) } as unknown as TabLocks;

test('a free lock is taken, and given back', async () => {
  const { locks, isHeld } = lockOf({ isHeld: false });
  const release = await takeLock(locks, 'x', new ManualClock());
  expect(isHeld()).toBe(true);
  release?.();
  await vi.waitFor(() => expect(isHeld()).toBe(false));
});

test('takeLock does not take a lock of another tab, and waitForLock waits for it', async () => {
  const clock = new ManualClock();
  const { locks, held, free } = lockOf({ isHeld: true });
  expect(await takeLock(locks, 'x', clock)).toBeNull();
  const turn = waitForLock(locks, 'x', clock);
  await clock.advanceAsync(5_000);
  expect(held).not.toHaveBeenCalled();
  free();
  (await turn)();
  expect(held).toHaveBeenCalledTimes(1);
});

test('locks that never answer are done without after three seconds', async () => {
  const clock = new ManualClock();
  const gone = vi.fn();
  const turn = waitForLock(hanging, 'x', clock).then(gone);
  await clock.advanceAsync(2_999);
  expect(gone).not.toHaveBeenCalled();
  await clock.advanceAsync(1);
  await turn;
  expect(gone).toHaveBeenCalled();
});

test('a tab that never gives it back is waited for no longer than its turn', async () => {
  const clock = new ManualClock();
  const { locks, isHeld, free } = lockOf({ isHeld: true });
  const gone = vi.fn();
  void waitForLock(locks, 'x', clock).then(gone);
  await clock.advanceAsync(LOCK_TIMEOUT_MS - 1);
  expect(gone).not.toHaveBeenCalled();
  await clock.advanceAsync(1);
  expect(gone).toHaveBeenCalled();
  // A lock granted later is released at once.
  free();
  await vi.waitFor(() => expect(isHeld()).toBe(false));
});

test('refused locks do not stop the caller', async () => {
  const refusing = [
    () => Promise.reject(new Error('SecurityError')),
    () => {
      throw new Error('SecurityError');
    },
  ];
  for (const request of refusing)
    expect(await waitForLock({ request } as never, 'x', new ManualClock())).toBeTypeOf('function');
});
