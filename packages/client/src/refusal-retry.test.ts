import { errorOf, RECONNECT_HEALTHY_AFTER_MS } from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import { expect, test, vi } from 'vitest';
import { RefusalRetry } from './refusal-retry.ts';

function refusals() {
  const clock = new ManualClock(1_000_000);
  const retried = vi.fn<() => void>();
  // Draws the longest delays.
  const retry = new RefusalRetry({ clock, random: { next: () => 1 } }, retried);
  return { clock, retried, retry };
}

test("the first retry comes at the server's time", async () => {
  const { clock, retried, retry } = refusals();
  expect(retry.schedule(errorOf('overloaded', { retryAfterMs: 40 }))).toBe(40);
  await clock.advanceAsync(39);
  expect(retried).not.toHaveBeenCalled();
  await clock.advanceAsync(1);
  expect(retried).toHaveBeenCalledOnce();
});

test('repeated refusals back off, but never below the server’s time, until one has been long ago', () => {
  const { clock, retry } = refusals();
  const error = errorOf('overloaded', { retryAfterMs: 3_000 });
  expect([1, 2, 3, 4].map(() => retry.schedule(error))).toEqual([3_000, 3_000, 4_000, 8_000]);
  clock.advance(RECONNECT_HEALTHY_AFTER_MS);
  expect(retry.schedule(error)).toBe(3_000);
  clock.advance(RECONNECT_HEALTHY_AFTER_MS);
  expect(retry.schedule(errorOf('overloaded'))).toBe(250);
});

test('a cancelled retry does not come', async () => {
  const { clock, retried, retry } = refusals();
  retry.schedule(errorOf('overloaded'));
  retry.cancel();
  await clock.advanceAsync(60_000);
  expect(retried).not.toHaveBeenCalled();
});
