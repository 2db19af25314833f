import { expect, test } from 'vitest';
import { oneTabAtATime } from './one-tab-at-a-time.ts';

/** One lock, given to one after the other, as a browser's tabs share it. */
function browserLocks(): Pick<LockManager, 'request'> {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, run: () => Promise<unknown>) => (last = last.then(run, run));
  return { request } as unknown as Pick<LockManager, 'request'>;
}

test('another tab waits until the first is done, also when that fails', async () => {
  const locks = browserLocks();
  const steps: string[] = [];
  const tab = (name: string, end: () => Promise<void>) =>
    oneTabAtATime(locks, 'session', async () => {
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

test('a browser without locks, or that refuses them, does not stop anybody', async () => {
  const refusing = { request: () => Promise.reject(new Error('SecurityError')) };
  const run = () => Promise.resolve(7);
  expect(await oneTabAtATime(undefined, 'session', run)).toBe(7);
  expect(await oneTabAtATime(refusing as unknown as LockManager, 'session', run)).toBe(7);
});
