import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { describe, expect, test, vi } from 'vitest';
import { commandStoreContract } from './command-store.contract.ts';
import { openIndexedDbCommandStore } from './indexeddb-command-store.ts';

const NAME = 'commands-of-another-version';

describe('IndexedDB command store', () =>
  commandStoreContract((device) => openIndexedDbCommandStore(`commands-${device}`)));

test('CM10 commands that this version of the wire lacks are ignored', async () => {
  const store = await openIndexedDbCommandStore(NAME);
  const database = await openDB(NAME);
  const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const command = { id, name: 'document:fold', input: { document: 'd' }, at: 1 };
  await database.add('command', { id, user: 'ada', command });
  expect(await store.all()).toEqual([]);
  expect(await database.count('command')).toBe(1);
  database.close();
  store.close();
});

test('commands are kept even without a way to notify other pages', async () => {
  vi.stubGlobal('BroadcastChannel', undefined);
  const store = await openIndexedDbCommandStore('commands-without-channel');
  const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const command = { id, name: 'document:rename', input: { document: 'd', title: 'x' }, at: 1 };
  await store.keep({ command: command as never, user: 'ada' });
  store.listen(() => undefined)();
  await store.remove(id);
  store.close();
  vi.unstubAllGlobals();
});
