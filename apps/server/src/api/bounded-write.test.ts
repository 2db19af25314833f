import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HTTP } from '../limits.ts';
import { boundedWrite } from './bounded-write.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('answers what was done', async () => {
  expect(await boundedWrite(Promise.resolve('done'))).toBe('done');
  await expect(boundedWrite(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(vi.getTimerCount()).toBe(0);
});

test('gives up in time, with a sentence and a time to come back', async () => {
  const answer = boundedWrite(new Promise(() => {})).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(HTTP.writeTimeoutMs);
  expect(await answer).toMatchObject({
    body: {
      code: 'storage-failed',
      message: expect.stringContaining('cannot write to its disk'),
      retryAfterMs: 5_000,
    },
  });
});
