import { systemClock as clock, type TabLocks } from '@tandem/client';
import { expect, test } from 'vitest';
import { oneTabAtATime, type TabLocking } from './account.ts';

function browserLocks(): TabLocks {
  let last: Promise<unknown> = Promise.resolve();
  let leased = 0;
  const request = (_name: string, options: LockOptions, run: (lock: unknown) => unknown) => {
    if (options.ifAvailable === true && leased > 0) return Promise.resolve(run(null));
    leased++;
    return (last = last.then(() => run({})).finally(() => leased--));
  };
  return { request } as unknown as TabLocks;
}

const lease = () => Promise.resolve(() => undefined);

test('another tab waits until the first is done, also when the first fails', async () => {
  const locks = browserLocks();
  const steps: string[] = [];
  const tab = (name: string, end: () => Promise<void>) =>
    oneTabAtATime({ clock, locks, lease }, 'session', async () => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
      await end();
    });
  const first = tab('first', () => Promise.reject(new Error('refused')));
  const second = tab('second', () => Promise.resolve());
  await expect(first).rejects.toThrow('refused');
  await second;
  expect(steps).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('without locks, as on plain http, tabs use a lease', async () => {
  const given: string[] = [];
  const turns: TabLocking = {
    clock,
    locks: undefined,
    lease: async (name) => {
      given.push(`${name} taken`);
      return () => void given.push(`${name} given back`);
    },
  };
  await oneTabAtATime(turns, 'session', async () => void given.push('run'));
  expect(given).toEqual(['session taken', 'run', 'session given back']);
});

test('a browser that refuses its locks blocks no tab', async () => {
  const refusing = { request: () => Promise.reject(new Error('SecurityError')) };
  const run = () => Promise.resolve(7);
  const locks = refusing as unknown as TabLocks;
  expect(await oneTabAtATime({ clock, locks, lease }, 'session', run)).toBe(7);
});
