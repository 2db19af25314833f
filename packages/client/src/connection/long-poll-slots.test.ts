import { MAX_LONG_POLLS } from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { browserLongPollSlots, noLongPollSlots } from './long-poll-slots.ts';

function fakeLocks(): LockManager {
  const taken = new Set<string>();
  return {
    query: async () => ({}),
    request: async (name: string, _options: LockOptions, run: (lock: Lock | null) => unknown) => {
      if (taken.has(name)) return run(null);
      taken.add(name);
      await run({ name, mode: 'exclusive' });
      return taken.delete(name);
    },
  } as unknown as LockManager;
}

test('T9: the tabs of a browser keep at most so many requests waiting', async () => {
  const locks = fakeLocks();
  const clock = new ManualClock();
  const tabs = Array.from({ length: MAX_LONG_POLLS + 2 }, () => browserLongPollSlots(locks, clock));
  const held = [];
  for (const tab of tabs) held.push(await tab.take());
  expect(held.map((request) => request !== null)).toEqual([true, true, true, false, false]);
  held[1]?.release();
  await Promise.resolve();
  expect(await tabs[4]?.take()).not.toBeNull();
  expect(await tabs[3]?.take()).toBeNull();
});

test('T9: tabs that cannot agree have none', async () => {
  expect(await noLongPollSlots().take()).toBeNull();
});

test('T9: a browser that refuses its locks, or does not answer, keeps none waiting', async () => {
  const clock = new ManualClock();
  const requests = [
    () => Promise.reject(new Error('SecurityError')),
    () => {
      throw new Error('SecurityError');
    },
    () => new Promise(() => undefined),
  ];
  for (const request of requests) {
    const taking = browserLongPollSlots({ request }, clock).take();
    await clock.advanceAsync(3_000);
    expect(await taking).toBeNull();
  }
});
