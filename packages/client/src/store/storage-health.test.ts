import { ManualClock } from '@tandem/testkit';
import { expect, test, vi } from 'vitest';
import { deferred, type Deferred } from '../testing/deferred.ts';
import { StorageHealth } from './storage-health.ts';

function watched() {
  const clock = new ManualClock();
  const health = new StorageHealth(clock);
  const calls: Deferred<string>[] = [];
  const call = () => {
    const call = deferred<string>();
    calls.push(call);
    return call.answer;
  };
  const store = health.watch(
    { read: call, write: call, move: call, name: () => 'store' },
    { read: 'bounded', write: 'patient', move: 'bounded-write', name: 'immediate' },
  );
  return { clock, health, calls, store };
}

test('a device that answers is healthy, and its methods are called as before', async () => {
  const { clock, health, calls, store } = watched();
  const read = store.read();
  calls[0]?.resolve('text');
  expect(await read).toBe('text');
  expect(store.name()).toBe('store');
  expect(health.isHealthy).toBe(true);
  expect(clock.pending).toBe(0);
});

test('callers go on after three seconds, and none waits again', async () => {
  const { clock, health, calls, store } = watched();
  const changed = vi.fn();
  health.onChange(changed);
  const read = store.read();
  read.catch(() => undefined);
  await clock.advanceAsync(3_000);
  await expect(read).rejects.toThrow('did not answer');
  expect(health.isHealthy).toBe(false);
  expect(changed).toHaveBeenCalledTimes(1);
  await expect(store.read()).rejects.toThrow('does not answer');
  expect(calls).toHaveLength(1);
});

test('once all overdue calls have been answered, the storage is used again', async () => {
  const { clock, health, calls, store } = watched();
  store.read().catch(() => undefined);
  const write = store.write();
  await clock.advanceAsync(3_000);
  calls[0]?.resolve('late');
  await clock.advanceAsync(0);
  await expect(store.read()).rejects.toThrow();
  calls[1]?.resolve('written late');
  expect(await write).toBe('written late');
  expect(health.isHealthy).toBe(true);
  const again = store.read();
  calls[2]?.resolve('text');
  expect(await again).toBe('text');
});

test('writing is never given up', async () => {
  const { clock, health, calls, store } = watched();
  const settled = vi.fn();
  void store.write().then(settled);
  await clock.advanceAsync(60_000);
  expect(settled).not.toHaveBeenCalled();
  expect(health.isHealthy).toBe(false);
  // Also while a call is overdue: the write queues.
  void store.write();
  expect(calls).toHaveLength(2);
});

test('a device that is full or refuses is not healthy until such a call succeeds again', async () => {
  const { clock, health, calls, store } = watched();
  const write = store.write();
  calls[0]?.reject(new Error('QuotaExceededError'));
  await expect(write).rejects.toThrow('Quota');
  expect([health.isHealthy, health.failsToWrite]).toEqual([false, true]);
  void store.read();
  calls[1]?.resolve('text');
  await clock.advanceAsync(0);
  expect(health.isHealthy).toBe(false);
  void store.write();
  calls[2]?.resolve('written');
  await clock.advanceAsync(0);
  expect(health.isHealthy).toBe(true);
});

test('a write with a limit that fails is a device without room until a write succeeds, whatever is read', async () => {
  const { clock, health, calls, store } = watched();
  const moved = store.move();
  calls[0]?.reject(new Error('quota'));
  await expect(moved).rejects.toThrow('quota');
  expect([health.isHealthy, health.failsToWrite]).toEqual([false, true]);
  const changed = vi.fn();
  health.onChange(changed);
  const read = store.read();
  calls[1]?.resolve('text');
  expect(await read).toBe('text');
  await clock.advanceAsync(0);
  expect(changed).not.toHaveBeenCalled();
  const late = store.move();
  late.catch(() => undefined);
  await clock.advanceAsync(3_000);
  await expect(late).rejects.toThrow('did not answer');
  calls[2]?.resolve('moved');
  await clock.advanceAsync(0);
  expect(health.isHealthy).toBe(true);
});
