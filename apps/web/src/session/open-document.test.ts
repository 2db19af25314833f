import type { Client } from '@tandem/client';
import { expect, test } from 'vitest';
import { openDocumentWhenCreated, retryOpening } from './open-document.ts';
import type { Services } from './services.ts';

function setup(connection: 'connected' | 'waiting', { isCreating }: { isCreating: boolean }) {
  const calls: string[] = [];
  const listeners = new Set<() => void>();
  const state = { kind: connection };
  const pending = { isCreating };
  const listen = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const client = {
    connection: { state, listen: ({ state }: { state: () => void }) => listen(state) },
    commands: { isCreating: (id: string) => id === 'a' && pending.isCreating, onChange: listen },
    openDocument: () => {
      calls.push('open');
      return {};
    },
    closeDocument: () => calls.push('close'),
  } as unknown as Client;
  const show = (session: unknown) => calls.push(session === null ? 'hide' : 'show');
  const stop = openDocumentWhenCreated({ client, id: 'a', show });
  const notify = () => listeners.forEach((listener) => listener());
  return {
    calls,
    listeners,
    stop,
    answer: () => {
      pending.isCreating = false;
      notify();
    },
    connect: () => {
      state.kind = 'connected';
      notify();
    },
  };
}

test('a document that the server knows opens at once, until it is closed', () => {
  const { calls, stop, answer, connect, listeners } = setup('connected', {
    isCreating: false,
  });
  answer();
  connect();
  expect(calls).toEqual(['open', 'show']);
  stop();
  expect(calls).toEqual(['open', 'show', 'hide', 'close']);
  expect(listeners.size).toBe(0);
});

test('a new document opens once its creation is answered, whatever the answer', () => {
  const { calls, answer } = setup('connected', { isCreating: true });
  expect(calls).toEqual([]);
  answer();
  expect(calls).toEqual(['open', 'show']);
});

test('a new document that is left before that never opens', () => {
  const { calls, stop } = setup('connected', { isCreating: true });
  stop();
  expect(calls).toEqual([]);
});

test('offline, a new document opens at once and stays open', () => {
  const { calls, connect, answer } = setup('waiting', { isCreating: true });
  expect(calls).toEqual(['open', 'show']);
  connect();
  answer();
  expect(calls).toEqual(['open', 'show']);
});

function retried(kind: 'connected' | 'waiting' | 'stopped'): readonly string[] {
  const calls: string[] = [];
  const services = {
    client: { connection: { state: { kind }, tryNow: () => calls.push('try-now') } },
    refused: { retry: (id: string) => calls.push(`make ${id}`) },
  } as unknown as Services;
  retryOpening(services, { id: 'a', reopen: () => calls.push('reopen') });
  return calls;
}

test('with a connection, retrying reopens the document, and repeats a refused creation', () => {
  expect(retried('connected')).toEqual(['make a', 'reopen']);
});

test('without a connection, retrying connects', () => {
  expect(retried('waiting')).toEqual(['try-now']);
  expect(retried('stopped')).toEqual(['try-now']);
});
