import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HELLO_TIMEOUT_MS, type ServerMessage } from '@tandem/protocol';
import { ErrorBoundary } from './error-boundary.ts';
import { Throttle } from './throttle.ts';
import { fakeConnection } from '../connection/testing/fake-connection.ts';
import { Deadline, TimerWheel } from './timer-wheel.ts';
import { TIMER_WHEEL } from '../limits.ts';
import { Metrics } from '../metrics/metrics.ts';

function fail(): never {
  throw new Error('a bug');
}

test('logs what failed and what it was about, and counts it', () => {
  const lines: string[] = [];
  const metrics = new Metrics();
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const errors = new ErrorBoundary({ log, counter: metrics.containedErrors });
  expect(errors.run('send', { connection: 'c', message: 'opened', channel: 5 }, fail)).toBe(false);
  expect(errors.run('send', {}, () => {})).toBe(true);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    {
      msg: 'sending message failed',
      connection: 'c',
      message: 'opened',
      channel: 5,
      err: { message: 'a bug' },
    },
  ]);
  expect([...metrics.containedErrors.samples()]).toContainEqual(
    expect.objectContaining({ labels: { source: 'send' }, value: 1 }),
  );
});

describe('a message that cannot be encoded', () => {
  const started = () => {
    const fake = fakeConnection();
    fake.connection.start(fake.protocol, HELLO_TIMEOUT_MS);
    return fake;
  };

  test('closes its connection with a code after which the client comes back', async () => {
    const { connection, socket } = started();
    connection.onSendError({ type: 'opened', channel: 5 } as ServerMessage, new Error('a bug'));
    // A room may be in the middle of its receivers.
    expect(socket.closes).toEqual([]);
    await nextTurn();
    expect(socket.closes).toEqual([4500]);
  });

  test('is left out where the next one makes up for it', async () => {
    const { connection, socket } = started();
    connection.onSendError(
      { type: 'presence:changed', channel: 5 } as ServerMessage,
      new Error('a bug'),
    );
    await nextTurn();
    expect(socket.closes).toEqual([]);
  });
});

test('a connection whose flush fails is closed, and the flush of the others goes on', () => {
  const fake = fakeConnection({ join: fail });
  fake.connection.start(fake.protocol, HELLO_TIMEOUT_MS);
  fake.connection.queue(new Uint8Array(1));
  fake.connection.queue(new Uint8Array(1));
  expect(() => fake.turn()).not.toThrow();
  expect(fake.socket.closes).toEqual([4500]);
  expect(fake.protocol.ends).toEqual(['abrupt']);
});

test('a connection that fails at its end is gone all the same', () => {
  const fake = fakeConnection();
  fake.protocol.end = fail;
  fake.connection.start(fake.protocol, HELLO_TIMEOUT_MS);
  fake.connection.onClosed(1006);
  expect([fake.connection.ended, fake.ended()]).toEqual([true, 1]);
});

describe('timers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('a deadline that fails keeps no other from expiring', () => {
    const failures: unknown[] = [];
    const expired: string[] = [];
    const wheel = new TimerWheel((error) => failures.push(error));
    wheel.arm(new Deadline({ expire: fail }), TIMER_WHEEL.tickMs);
    wheel.arm(new Deadline({ expire: () => void expired.push('other') }), TIMER_WHEEL.tickMs);
    wheel.turn();
    wheel.turn();
    expect([failures.length, expired]).toEqual([1, ['other']]);
  });

  test('a throttle that fails runs again', () => {
    const failures: unknown[] = [];
    const throttle = new Throttle({
      intervalMs: 100,
      run: fail,
      onError: (error) => failures.push(error),
    });
    for (let i = 0; i < 2; i++) {
      throttle.schedule();
      vi.advanceTimersByTime(200);
    }
    expect(failures).toHaveLength(2);
  });
});
