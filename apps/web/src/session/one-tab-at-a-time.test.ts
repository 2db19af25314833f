import { expect, test } from 'vitest';
import { oneTabAtATime, type TabLocks } from './one-tab-at-a-time.ts';

/** One lock, given to one after the other, as a browser's tabs share it. */
function browserLocks(): Pick<LockManager, 'request'> {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, run: () => Promise<unknown>) => (last = last.then(run, run));
  return { request } as unknown as Pick<LockManager, 'request'>;
}

const lease = () => Promise.resolve(() => undefined);

test('another tab waits until the first is done, also when that fails', async () => {
  const locks = browserLocks();
  const steps: string[] = [];
  const tab = (name: string, end: () => Promise<void>) =>
    oneTabAtATime({ locks, lease }, 'session', async () => {
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

test('without locks, as by plain http, there is a lease', async () => {
  const given: string[] = [];
  const locks: TabLocks = {
    locks: undefined,
    lease: async (name) => {
      given.push(`${name} taken`);
      return () => void given.push(`${name} given back`);
    },
  };
  await oneTabAtATime(locks, 'session', async () => void given.push('run'));
  expect(given).toEqual(['session taken', 'run', 'session given back']);
});

test('a browser that refuses its locks does not stop anybody', async () => {
  const refusing = { request: () => Promise.reject(new Error('SecurityError')) };
  const run = () => Promise.resolve(7);
  const locks = refusing as unknown as LockManager;
  expect(await oneTabAtATime({ locks, lease }, 'session', run)).toBe(7);
});
