import type { Client, DocumentSession } from '@tandem/client';
import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import type { Command } from '../documents/command.ts';
import type { CommandQueue, QueueState } from '../documents/command-queue.ts';
import { Observable } from '../observable.ts';
import { holdDocument } from './hold-document.ts';

const create: Command = { kind: 'create', document: 'a', at: 1 };

function world(connection: 'connected' | 'waiting', pending: readonly Command[]) {
  const calls: string[] = [];
  const shown: (DocumentSession | null)[] = [];
  const listeners = new Set<{ state?: () => void }>();
  const state = { kind: connection };
  const status = { kind: 'saved' } as { kind: string; error?: unknown };
  const queue = new Observable<QueueState>({ commands: pending, kept: true, refused: new Map() });
  const client = {
    connection: {
      state,
      listen: (listener: { state?: () => void }) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    openDocument: () => {
      calls.push('open');
      const onChange = () => () => undefined;
      return { status, onChange, reopen: () => calls.push('reopen') };
    },
    closeDocument: () => calls.push('close'),
  } as unknown as Client;
  const stop = holdDocument({
    client,
    commands: { state: queue } as CommandQueue,
    id: 'a',
    show: (session) => shown.push(session),
  });
  return {
    calls,
    shown,
    stop,
    status,
    settle: () => queue.set({ commands: [], kept: true, refused: new Map() }),
    refuse: () => queue.set({ ...queue.get(), refused: new Map([['a', errorOf('forbidden')]]) }),
    connect: () => {
      state.kind = 'connected';
      for (const listener of listeners) listener.state?.();
    },
  };
}

test('a document that the server knows is open until it is let go of', () => {
  const { calls, stop, settle, connect } = world('connected', []);
  settle();
  connect();
  expect(calls).toEqual(['open']);
  stop();
  expect(calls).toEqual(['open', 'close']);
});

test('a new one waits for the server to be told', () => {
  const { calls, settle } = world('connected', [create]);
  expect(calls).toEqual([]);
  settle();
  expect(calls).toEqual(['open']);
});

test('offline, a new one is open at once and stays open', () => {
  const { calls, connect, settle } = world('waiting', [create]);
  expect(calls).toEqual(['open']);
  connect();
  settle();
  expect(calls).toEqual(['open']);
});

test('one that the server would not make is open with what is written in it here', () => {
  const { calls, refuse } = world('connected', [create]);
  refuse();
  expect(calls).toEqual(['open']);
});

test('one that the server was asked for before it was told is asked for again, once', () => {
  const { calls, status, connect, settle, shown } = world('waiting', [create]);
  status.kind = 'stopped';
  status.error = errorOf('not-found');
  connect();
  settle();
  settle();
  expect(calls).toEqual(['open', 'reopen']);
  expect(shown).toHaveLength(1);
});
