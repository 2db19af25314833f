import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { openIndexedDbStore } from './indexeddb-store.ts';
import { storeContract } from './store.contract.ts';

let databases = 0;

describe('IndexedDB store', () =>
  storeContract(() => openIndexedDbStore(`contract-${++databases}`)));

test('what one page keeps, the next page finds', async () => {
  const before = await openIndexedDbStore('reload');
  await before.enqueue({ document: 'd', epoch: null, update: Uint8Array.of(1), at: 1 });
  before.close();
  const after = await openIndexedDbStore('reload');
  expect(await after.outbox()).toHaveLength(1);
});
