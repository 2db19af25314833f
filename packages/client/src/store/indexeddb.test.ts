import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import { openIndexedDbStore } from './indexeddb-store.ts';

afterEach(() => vi.restoreAllMocks());

// An unhandled rejection fails the run.
test('an aborted transaction is reported once, by the method that was called', async () => {
  const store = await openIndexedDbStore('full');
  for (const name of ['add', 'put'] as const) {
    const ask = IDBObjectStore.prototype[name];
    vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (
      this: IDBObjectStore,
      ...given: [unknown]
    ) {
      const request = ask.apply(this, given);
      this.transaction.abort();
      return request;
    });
  }
  const update = Uint8Array.of(1);
  const entry = { document: 'd', epoch: null, update, at: 1 };
  const position = { epoch: 'one', timeline: 't1', offset: 1 };
  const advance = { updates: [update, update], confirmed: [], since: null, position, facts: null };
  await expect(store.enqueue(entry)).rejects.toThrow();
  await expect(store.recover([entry])).rejects.toThrow();
  await expect(store.advance('d', advance)).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 10));
  store.close();
});
