// @vitest-environment happy-dom
import type { ConnectionListener, ConnectionState } from '@tandem/client';
import type { Backlinks } from '@tandem/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchBacklinks } from './backlink-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(answer: () => Promise<Backlinks> = () => Promise.resolve({ documents: [] })) {
  const backlinks = vi.fn(answer);
  let listener: ConnectionListener = {};
  const connection = {
    state: { kind: 'connected' } as ConnectionState,
    listen: (wanted: ConnectionListener) => {
      listener = wanted;
      return () => (listener = {});
    },
  };
  const stop = watchBacklinks('plan', { connection, search: { backlinks } }, () => undefined);
  const become = (kind: 'connected' | 'waiting') => {
    connection.state = { kind } as ConnectionState;
    listener.state?.(connection.state);
  };
  const comeBack = () => {
    window.dispatchEvent(new Event('focus'));
    document.dispatchEvent(new Event('visibilitychange'));
  };
  return { backlinks, become, comeBack, stop };
}

test('BL2 the server is asked once for a return to the page, and at most every ten seconds', async () => {
  const { backlinks, become, comeBack } = start();
  expect(backlinks).toHaveBeenCalledTimes(1);
  for (let times = 0; times < 5; times++) comeBack();
  become('connected');
  expect(backlinks).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(backlinks).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(backlinks).toHaveBeenCalledTimes(2);
  comeBack();
  expect(backlinks).toHaveBeenCalledTimes(3);
});

test('BL2 after a failure, the server is asked again', async () => {
  const { backlinks, stop } = start(() => Promise.reject(new Error('overloaded')));
  await vi.advanceTimersByTimeAsync(9_000);
  expect(backlinks).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(backlinks).toHaveBeenCalledTimes(3);
  stop();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(backlinks).toHaveBeenCalledTimes(3);
});

test('BL2 the server is asked when the connection comes back, and not for each of its states', async () => {
  const { backlinks, become, comeBack, stop } = start();
  await vi.advanceTimersByTimeAsync(20_000);
  become('connected');
  become('waiting');
  comeBack();
  expect(backlinks).toHaveBeenCalledTimes(1);
  become('connected');
  become('connected');
  expect(backlinks).toHaveBeenCalledTimes(2);
  comeBack();
  stop();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(backlinks).toHaveBeenCalledTimes(2);
});
