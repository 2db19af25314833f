import { expect, test } from 'vitest';
import { askAgain } from './ask-again.ts';
import type { Services } from './services.ts';

function asked(kind: 'connected' | 'waiting' | 'stopped'): readonly string[] {
  const calls: string[] = [];
  const services = {
    client: { connection: { state: { kind }, tryNow: () => calls.push('try-now') } },
    commands: { retry: () => calls.push('retry') },
  } as unknown as Services;
  askAgain(services, { reopen: () => calls.push('reopen') });
  return calls;
}

test('with a connection, a document that had ended is asked for again, and what was refused', () => {
  expect(asked('connected')).toEqual(['reopen', 'retry']);
});

test('without one, the connection comes first and brings the documents', () => {
  expect(asked('waiting')).toEqual(['try-now']);
  expect(asked('stopped')).toEqual(['try-now']);
});
