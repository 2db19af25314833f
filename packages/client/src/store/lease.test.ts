import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import { blockDatabase } from '../testing/blocked-database.ts';
import { takeLease } from './lease.ts';

const random = { next: Math.random };

const hasty = {
  now: () => 0,
  setTimeout: (run: () => void) => setTimeout(run, 1),
  clearTimeout: (handle: unknown) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

const patient = (now: number) => ({
  now: () => now,
  setTimeout: (run: () => void, ms: number) => (ms >= 500 ? null : setTimeout(run, 1)),
  clearTimeout: () => undefined,
});

test('of several tabs one at a time has it', async () => {
  const steps: string[] = [];
  const tab = async (name: string) => {
    const release = await takeLease('session', { clock: patient(0), random });
    steps.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    steps.push(`${name} ends`);
    await release();
  };
  await Promise.all(['one', 'two', 'three'].map(tab));
  for (let at = 0; at < steps.length; at += 2)
    expect(steps[at + 1]).toBe(steps[at]!.replace('begins', 'ends'));
});

test('a tab that is gone does not keep it', async () => {
  await takeLease('gone', { clock: patient(0), random });
  const release = await takeLease('gone', { clock: patient(12_000), random });
  await release();
});

test('a lease that was taken under another clock counts as expired', async () => {
  await takeLease('clock', { clock: patient(1_000_000), random });
  await takeLease('clock', { clock: patient(0), random });
});

test('a browser that keeps nothing gives it to everybody', async () => {
  const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new Error('SecurityError');
  });
  const release = await takeLease('session', { clock: patient(0), random });
  await release();
  open.mockRestore();
});

test('a database that does not open is waited for no longer than three seconds', async () => {
  const letGo = await blockDatabase('tandem-leases');
  const release = await takeLease('session', { clock: hasty, random });
  await release();
  letGo();
});

test('nor is one whose transactions do not answer', async () => {
  // The database exists.
  await (
    await takeLease('session', { clock: patient(0), random })
  )();
  const hanging = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(
    () =>
      ({
        objectStore: () => ({ get: () => new Promise(() => undefined) }),
        objectStoreNames: ['lease'],
        addEventListener: () => undefined,
      }) as never,
  );
  const release = await takeLease('session', { clock: hasty, random });
  await release();
  hanging.mockRestore();
});
