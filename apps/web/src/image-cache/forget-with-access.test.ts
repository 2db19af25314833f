import type { Client } from '@tandem/client';
import { errorOf, type ErrorCode, type LibraryState } from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { COPIES_CHECK_MS, forgetWithAccess } from './forget-with-access.ts';

type Libraries = Pick<LibraryState, 'documents' | 'next'>;

function start() {
  const clock = new ManualClock(0);
  const forgotten: string[] = [];
  const state = {
    sessions: [] as { id: string; status: unknown }[],
    here: new Set<string>(),
    library: null as Libraries | null,
    kept: new Set<string>(),
    isFull: false,
  };
  const listeners = { client: () => {}, library: () => {}, connected: (_: object) => {} };
  forgetWithAccess({
    client: {
      connection: {
        state: { kind: 'waiting' },
        listen: ({ state: listener }: { readonly state: (state: object) => void }) =>
          (listeners.connected = listener),
      },
      durable: true,
      get failsToWrite() {
        return state.isFull;
      },
      onChange: (listener: () => void) => (listeners.client = listener),
      onDevice: () => Promise.resolve(state.here),
      get open() {
        return { documents: state.sessions };
      },
    } as unknown as Client,
    library: {
      onChange: (listener) => {
        listeners.library = listener;
        return () => {};
      },
      get state() {
        return state.library as LibraryState | null;
      },
    },
    cache: {
      async forgetAll() {
        forgotten.push('all');
      },
      async forgetDocuments(documents) {
        forgotten.push(...documents);
      },
      async retainDocuments(isRetained) {
        forgotten.push(...[...state.kept].filter((document) => !isRetained(document)));
      },
    },
    setTimer: (run, delayMs) => clock.setTimeout(run, delayMs),
  });
  const stopped = (code: ErrorCode) => ({ kind: 'stopped', error: errorOf(code) });
  return { clock, forgotten, state, listeners, stopped };
}

test('a document that the server refuses, once each time', () => {
  const { forgotten, state, listeners, stopped } = start();
  const session = { id: 'd1', status: { kind: 'saved' } as unknown };
  state.sessions = [session, { id: 'd2', status: stopped('document-damaged') }];
  listeners.client();
  expect(forgotten).toEqual([]);
  for (const code of ['not-found', 'forbidden', 'in-trash', 'not-restored'] as const) {
    session.status = stopped(code);
    listeners.client();
    listeners.client();
    session.status = { kind: 'saved' };
    listeners.client();
  }
  expect(forgotten).toEqual(['d1', 'd1', 'd1', 'd1']);
});

test('a document that is no longer listed, and none that may be further down the list', () => {
  const { forgotten, state, listeners } = start();
  const list = (next: number | null, ...documents: [string, number][]) => {
    state.library = {
      documents: documents.map(([id, updatedAt]) => ({ id, updatedAt })) as never,
      next: next === null ? null : { updatedAt: next, id: 'x' },
    };
    listeners.library();
  };
  list(null, ['d1', 9], ['d2', 5], ['d3', 2]);
  list(5, ['d1', 9], ['d2', 5]);
  expect(forgotten).toEqual([]);
  list(5, ['d2', 5]);
  expect(forgotten).toEqual(['d1']);
  list(null);
  expect(forgotten).toEqual(['d1', 'd2']);
  state.library = null;
  listeners.library();
  expect(forgotten).toHaveLength(2);
});

test('a document whose copy has made room for others, unless it is open', async () => {
  const { clock, forgotten, state, listeners } = start();
  state.kept = new Set(['d1', 'd2', 'd3']);
  state.here = new Set(['d1']);
  state.sessions = [{ id: 'd2', status: { kind: 'saved' } }];
  listeners.connected({ kind: 'waiting' });
  listeners.connected({ kind: 'connected' });
  clock.advance(COPIES_CHECK_MS);
  await new Promise((resolve) => setTimeout(resolve));
  expect(forgotten).toEqual(['d3']);
});

test('everything, when the device has no room for the documents', () => {
  const { forgotten, state, listeners } = start();
  listeners.client();
  state.isFull = true;
  listeners.client();
  expect(forgotten).toEqual(['all']);
});
