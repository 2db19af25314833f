import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { transition, type ConnectionEvent, type ConnectionState } from './connection-state.ts';

const error = errorOf('forbidden');

const states: { readonly [K in ConnectionState['kind']]: Extract<ConnectionState, { kind: K }> } = {
  idle: { kind: 'idle' },
  connecting: { kind: 'connecting', attempt: 2, cause: 'lost', error: null },
  connected: { kind: 'connected', since: 5, attempt: 2, transport: 'stream' },
  waiting: { kind: 'waiting', attempt: 3, retryAt: 9, cause: 'unreachable', error },
  stopped: { kind: 'stopped', error, action: 'stop' },
};

const events: { readonly [K in ConnectionEvent['kind']]: Extract<ConnectionEvent, { kind: K }> } = {
  start: { kind: 'start' },
  welcomed: { kind: 'welcomed', now: 7, transport: 'websocket' },
  switch: { kind: 'switch' },
  failed: { kind: 'failed', cause: 'lost', error, retryAt: 8, healthy: false },
  refused: { kind: 'refused', error, action: 'reload' },
  'retry-due': { kind: 'retry-due' },
  'try-now': { kind: 'try-now' },
  close: { kind: 'close' },
};

const first = { kind: 'connecting', attempt: 0, cause: null, error: null };
const idle = { kind: 'idle' };
const welcomed = { kind: 'connected', since: 7, attempt: 2, transport: 'websocket' };
const failed = { kind: 'waiting', attempt: 3, retryAt: 8, cause: 'lost', error };
const refused = { kind: 'stopped', error, action: 'reload' };
const again = { kind: 'connecting', attempt: 3, cause: 'unreachable', error };

const table: {
  readonly [S in ConnectionState['kind']]: Partial<Record<ConnectionEvent['kind'], object>>;
} = {
  idle: { start: first, 'try-now': first },
  connecting: { welcomed, failed, refused, close: idle },
  connected: {
    switch: { kind: 'connecting', attempt: 2, cause: null, error: null },
    failed,
    refused,
    close: idle,
  },
  waiting: { 'retry-due': again, 'try-now': again, close: idle },
  stopped: { 'try-now': first, close: idle },
};

const cells = Object.values(states).flatMap((state) =>
  Object.values(events).map((event) => [state.kind, event.kind, state, event] as const),
);

test.each(cells)('%s, %s', (kind, name, state, event) => {
  const next = transition(state, event);
  const expected = table[kind][name];
  if (expected === undefined) expect(next).toBe(state);
  else expect(next).toEqual(expected);
});

test('W9: after a healthy connection the count of tries begins again', () => {
  const next = transition(states.connected, { ...events.failed, healthy: true });
  expect(next).toMatchObject({ kind: 'waiting', attempt: 1 });
});
