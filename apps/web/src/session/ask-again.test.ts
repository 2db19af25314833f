import { expect, test } from 'vitest';
import { askAgain } from './ask-again.ts';
import type { Services } from './services.ts';

function asked(kind: 'connected' | 'waiting' | 'stopped'): readonly string[] {
  const calls: string[] = [];
  const services = {
    client: { connection: { state: { kind }, tryNow: () => calls.push('try-now') } },
    refused: { retry: (id: string) => calls.push(`make ${id}`) },
  } as unknown as Services;
  askAgain(services, { id: 'a', reopen: () => calls.push('reopen') });
  return calls;
}

test('with a connection, a document that had ended is asked for again, and to make one that was refused', () => {
  expect(asked('connected')).toEqual(['make a', 'reopen']);
});

test('without one, the connection comes first and brings the documents', () => {
  expect(asked('waiting')).toEqual(['try-now']);
  expect(asked('stopped')).toEqual(['try-now']);
});
