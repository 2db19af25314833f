import type { UnconfirmedWork } from '@tandem/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchUnconfirmed } from './unconfirmed-work.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function device() {
  const listeners = new Set<() => void>();
  const unconfirmed = vi.fn(async (): Promise<readonly UnconfirmedWork[]> => []);
  const onChange = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const change = () => listeners.forEach((listener) => listener());
  return { unconfirmed, onChange, change, listeners };
}

test('the work is reported at once, and once after a burst of changes', async () => {
  const client = device();
  const show = vi.fn();
  const stop = watchUnconfirmed(client, show);
  await vi.advanceTimersByTimeAsync(0);
  expect(show).toHaveBeenCalledTimes(1);
  for (let key = 0; key < 5; key++) client.change();
  await vi.advanceTimersByTimeAsync(200);
  expect(show).toHaveBeenCalledTimes(2);
  client.change();
  await vi.advanceTimersByTimeAsync(200);
  expect(show).toHaveBeenCalledTimes(3);
  stop();
});

test('changes in other tabs are reported a little later, also after a failed read', async () => {
  const client = device();
  const show = vi.fn();
  client.unconfirmed.mockRejectedValueOnce(new Error('closed'));
  const stop = watchUnconfirmed(client, show);
  await vi.advanceTimersByTimeAsync(0);
  expect(show).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(show).toHaveBeenCalledTimes(1);
  stop();
});

test('nothing is reported after stop', async () => {
  const client = device();
  const show = vi.fn();
  const stop = watchUnconfirmed(client, show);
  client.change();
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(show).not.toHaveBeenCalled();
  expect([client.listeners.size, client.unconfirmed.mock.calls.length]).toEqual([0, 1]);
});
