import type { SaveState } from '@tandem/client';
import { errorOf } from '@tandem/protocol';
import { expect, test, vi } from 'vitest';
import { Observable } from '../runtime/observable.ts';
import { requestPersistentStorage } from './persistent-storage.ts';

const saving: SaveState = { kind: 'saving', pending: 1, kept: true, error: null };
const offline: SaveState = {
  kind: 'offline',
  pending: 1,
  kept: true,
  retryAt: null,
  cause: 'no-network',
  error: null,
};

function setup(persist = () => Promise.resolve(true)) {
  const state = new Observable<SaveState>({ kind: 'loading' });
  const storage = { persist: vi.fn(persist) };
  const session = {
    get status() {
      return state.get();
    },
    onChange: state.subscribe,
  };
  return { state, storage, session };
}

test('persistent storage is requested at the first unconfirmed work, once for all documents', () => {
  const { state, storage, session } = setup();
  const other = setup();
  requestPersistentStorage(session, storage);
  requestPersistentStorage(other.session, storage);
  state.set(saving);
  state.set({ ...offline, pending: 0 });
  expect(storage.persist).not.toHaveBeenCalled();
  state.set(offline);
  state.set({ ...offline, pending: 2 });
  other.state.set(offline);
  expect(storage.persist).toHaveBeenCalledTimes(1);
});

test('work that the server cannot save counts', () => {
  const { state, storage, session } = setup();
  requestPersistentStorage(session, storage);
  state.set({ ...saving, error: errorOf('storage-failed') });
  expect(storage.persist).toHaveBeenCalledTimes(1);
});

test('a browser that refuses, or lacks the API, changes nothing', () => {
  const { state, storage, session } = setup(() => Promise.reject(new Error('no')));
  requestPersistentStorage(session, storage);
  requestPersistentStorage(session, undefined);
  const throwing = () => {
    throw new TypeError('no');
  };
  requestPersistentStorage(session, { persist: throwing });
  requestPersistentStorage(session, {} as StorageManager);
  expect(() => state.set(offline)).not.toThrow();
});
