import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { describe, expect, test } from 'vitest';
import { openIndexedDbStateStore } from './indexeddb-state-store.ts';
import { stateStoreContract } from './state-store.contract.ts';

const NAME = 'states-of-another-version';
let databases = 0;

describe('IndexedDB store of states', () =>
  stateStoreContract(() => openIndexedDbStateStore(`states-${++databases}`)));

test('a state of another form is one that is not there', async () => {
  const store = await openIndexedDbStateStore(NAME);
  const database = await openDB(NAME);
  const position = { epoch: 'e1', offset: 1 };
  await database.add('state', {
    name: 'library',
    user: 'ada',
    position,
    state: { type: 'library', folders: [] },
  });
  expect(await store.load('library')).toBeNull();
  await store.save('library', {
    user: 'ada',
    position,
    state: { type: 'chat', messages: [], head: 0 },
  });
  expect(await store.load('library')).not.toBeNull();
  database.close();
  store.close();
});
