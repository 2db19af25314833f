import 'fake-indexeddb/auto';
import { CHANNEL_STATE_VERSION } from '@tandem/protocol';
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
    version: CHANNEL_STATE_VERSION,
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

test('W45 a state that a page of another version kept is read from the server again', async () => {
  const store = await openIndexedDbStateStore('states-of-an-older-page');
  const state = { type: 'chat', messages: [], head: 0 } as const;
  const position = { epoch: 'e1', offset: 1 };
  await store.save('chat:d1', { user: 'ada', position, state: { ...state, messages: [] } });
  expect(await store.load('chat:d1')).not.toBeNull();
  const database = await openDB('states-of-an-older-page');
  const version = CHANNEL_STATE_VERSION - 1;
  await database.clear('state');
  await database.add('state', { name: 'chat:d1', user: 'ada', position, state, version });
  expect(await store.load('chat:d1')).toBeNull();
  database.close();
  store.close();
});
