import 'fake-indexeddb/auto';
import { ManualClock } from '@tandem/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import { blockDatabase } from '../testing/blocked-database.ts';
import { openBrowserStores } from './browser-stores.ts';

function place(clock = new ManualClock()) {
  const localStorage = () => {
    throw new Error('SecurityError');
  };
  return { clock, localStorage };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('a browser that keeps things is durable', async () => {
  const stores = await openBrowserStores(place());
  expect(stores).toMatchObject({ durable: true, liveStores: { durable: true } });
  expect(await stores.store.outbox()).toEqual([]);
  stores.store.close();
});

test('databases that do not open are memory after three seconds, and closed when they open after all', async () => {
  const clock = new ManualClock();
  const names = ['tandem', 'tandem-commands', 'tandem-states'];
  const letGo = await Promise.all(names.map(blockDatabase));
  const opening = openBrowserStores(place(clock));
  await clock.advanceAsync(3_000);
  const stores = await opening;
  expect(stores).toMatchObject({
    durable: false,
    unloadOutbox: null,
    liveStores: { durable: false },
  });
  expect(await stores.store.outbox()).toEqual([]);
  for (const go of letGo) go();
  const close = vi.spyOn(IDBDatabase.prototype, 'close');
  await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(names.length), 15_000);
});

test.each([
  ['missing', undefined],
  [
    'throwing',
    {
      open: () => {
        throw new Error('SecurityError');
      },
    },
  ],
])('%s databases are memory at once', async (_, indexedDB) => {
  vi.stubGlobal('indexedDB', indexedDB);
  const stores = await openBrowserStores(place());
  expect(stores).toMatchObject({ durable: false, liveStores: { durable: false } });
});
