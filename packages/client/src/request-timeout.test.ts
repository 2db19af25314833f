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

test('a request is aborted with who asked for it, also before it begins, and not after its answer', async () => {
  const clock = new ManualClock();
  const seen: AbortSignal[] = [];
  const start = (signal: AbortSignal, answer: Promise<string>) =>
    withTimeout({ clock, limitMs: 100, signal }, async (either) => {
      seen.push(either);
      return await answer;
    });
  const asked = new AbortController();
  expect(await start(asked.signal, Promise.resolve('answer'))).toBe('answer');
  const running = start(asked.signal, new Promise(() => {}));
  void running;
  asked.abort(new Error('another search'));
  expect(seen.map(({ aborted }) => aborted)).toEqual([false, true]);
  expect(seen[1]?.reason).toMatchObject({ message: 'another search' });
  await start(asked.signal, Promise.resolve('late'));
  expect(seen[2]?.aborted).toBe(true);
});
