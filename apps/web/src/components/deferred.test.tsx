// @vitest-environment happy-dom
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deferred, onDeferredFailure, screenIsReady, useDeferred } from './deferred.tsx';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('code is loaded once, and a load that failed is tried again', async () => {
  const load = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new TypeError('network'))
    .mockResolvedValue('code');
  const deferred = new Deferred(load);
  await expect(deferred.load()).rejects.toThrow('network');
  expect(deferred.module).toBeNull();
  expect(await Promise.all([deferred.load(), deferred.load()])).toEqual(['code', 'code']);
  expect(deferred.module).toBe('code');
  expect(load).toHaveBeenCalledTimes(2);
});

function show(deferred: Deferred<string>, giveUp?: () => void): { text: () => string | null } {
  const place = document.body.appendChild(document.createElement('div'));
  const Shown = () => useDeferred(deferred, true, giveUp) ?? 'nothing';
  act(() => createRoot(place).render(createElement(Shown)));
  return { text: () => place.textContent };
}

test('while code is wanted, loading is tried again, and the person is told once', async () => {
  const told = vi.fn();
  onDeferredFailure(told);
  const load = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new TypeError('network'))
    .mockRejectedValueOnce(new TypeError('network'))
    .mockResolvedValue('code');
  const shown = show(new Deferred(load));
  expect(shown.text()).toBe('nothing');
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  expect(shown.text()).toBe('code');
  expect(told).toHaveBeenCalledTimes(1);
});

test('a popup whose code cannot be loaded is given up, and does not open much later by itself', async () => {
  const giveUp = vi.fn();
  const load = vi.fn(() => Promise.reject(new TypeError('network')));
  show(new Deferred<string>(load), giveUp);
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  expect(giveUp).toHaveBeenCalledTimes(1);
  expect(load).toHaveBeenCalledTimes(1);
});

test('once the screen can be used, all code is loaded while the page is idle, whatever fails', async () => {
  const idle: (() => void)[] = [];
  vi.stubGlobal('requestIdleCallback', (run: () => void) => idle.push(run));
  const first = new Deferred(() => Promise.reject(new TypeError('network')));
  const second = new Deferred(() => Promise.resolve('code'));
  screenIsReady();
  expect(first.module).toBeNull();
  for (let turn = 0; turn < 20 && idle.length > 0; turn++) {
    idle.shift()!();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(second.module).toBe('code');
  const later = new Deferred(() => Promise.resolve('later'));
  while (later.module === null) {
    idle.shift()!();
    await vi.advanceTimersByTimeAsync(0);
  }
});

test('what is needed when the network is gone is loaded at once, when the screen can be used', async () => {
  vi.stubGlobal('requestIdleCallback', () => 0);
  screenIsReady();
  const details = new Deferred(() => Promise.resolve('details'), { preload: 'at once' });
  await vi.advanceTimersByTimeAsync(0);
  expect(details.module).toBe('details');
});
