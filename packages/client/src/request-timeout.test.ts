import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { withTimeout } from './request-timeout.ts';

test('a request that takes too long is aborted', async () => {
  const clock = new ManualClock();
  const request = withTimeout(
    { clock, limitMs: 100 },
    (signal) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      ),
  );
  const failed = expect(request).rejects.toMatchObject({ name: 'TimeoutError' });
  clock.advance(99);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  await failed;
});

test('an answered or failed request leaves no timer behind', async () => {
  const clock = new ManualClock();
  expect(await withTimeout({ clock, limitMs: 100 }, async () => 'answer')).toBe('answer');
  const failed = withTimeout({ clock, limitMs: 100 }, () => Promise.reject(new Error('no route')));
  await expect(failed).rejects.toThrow('no route');
  expect(clock.pending).toBe(0);
});
