import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadExportWhenIdle, lazyExport } from './lazy-export.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the code that exports text is loaded before it is needed', async () => {
  const load = vi.fn(lazyExport);
  let idle = () => {};
  loadExportWhenIdle(load, {
    requestIdleCallback: (run) => {
      idle = () => run({ didTimeout: false, timeRemaining: () => 10 });
      return 1;
    },
  });
  expect(load).not.toHaveBeenCalled();
  idle();
  expect(load).toHaveBeenCalledTimes(1);
  expect(await load.mock.results[0]?.value).toHaveProperty('workText');
});

test('without idle callbacks the code is loaded after a while, and a failure is ignored', async () => {
  const load = vi.fn(() => Promise.reject(new TypeError('network')));
  loadExportWhenIdle(load, {});
  expect(load).not.toHaveBeenCalled();
  await vi.runAllTimersAsync();
  expect(load).toHaveBeenCalledTimes(1);
});
