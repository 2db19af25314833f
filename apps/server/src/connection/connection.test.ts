import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { HELLO_TIMEOUT_MS, PING_INTERVAL_MS, PING_JITTER, PONG_TIMEOUT_MS } from '@tandem/protocol';
import { HANDSHAKE, INGRESS, OPEN_QUEUE, SLOW_CONSUMER } from '../limits.ts';
import { PreAuthConnections } from '../rate-limits/pre-auth-connections.ts';
import {
  authenticatedConnection,
  fakeConnection,
  stuckConnection,
  USER,
} from './testing/fake-connection.ts';

const LONGEST_PING_MS = PING_INTERVAL_MS * (1 + PING_JITTER);
const LAG = SLOW_CONSUMER.lagThresholdBytes + 1;

describe('heartbeat', () => {
  test('closes when hello does not come in time', () => {
    const { connection, protocol, socket, pass, ended } = fakeConnection();
    connection.start(protocol, HELLO_TIMEOUT_MS);
    pass(HELLO_TIMEOUT_MS - 100);
    expect(socket.closes).toEqual([]);
    pass(100);
    expect(socket.closes).toEqual([4508]);
    expect(protocol.errors[0]?.message).toBe('This connection did not say in time who it is.');
    expect(ended()).toBe(1);
  });

  test('closes after two pings without any answer', () => {
    const { protocol, socket, pass } = authenticatedConnection();
    pass(LONGEST_PING_MS - PONG_TIMEOUT_MS);
    expect(protocol.pings).toBe(1);
    pass(PONG_TIMEOUT_MS);
    expect([protocol.pings, socket.closes]).toEqual([2, []]);
    pass(PONG_TIMEOUT_MS);
    expect([socket.closes, protocol.ends]).toEqual([[4504], ['abrupt']]);
  });

  test('counts any data as an answer', () => {
    const { connection, protocol, socket, pass } = authenticatedConnection();
    for (let round = 0; round < 5; round++) {
      pass(LONGEST_PING_MS - PONG_TIMEOUT_MS);
      connection.receive(Buffer.from('x'), true);
      pass(PONG_TIMEOUT_MS);
    }
    expect(socket.closes).toEqual([]);
    expect(protocol.pings).toBeGreaterThanOrEqual(5);
  });

  test('does not count silence while reading is paused', () => {
    const { connection, socket, pass } = authenticatedConnection();
    connection.pause();
    expect(socket.reading).toBe('paused');
    pass(LONGEST_PING_MS * 4);
    expect(socket.closes).toEqual([]);
    connection.resume();
    expect(socket.reading).toBe('running');
  });
});

test('is counted until it ends, and once', () => {
  const { connection, metrics } = authenticatedConnection();
  expect(metrics.connections.total).toBe(1);
  connection.close('overloaded');
  connection.onClosed(4508);
  expect(metrics.connections.total).toBe(0);
  expect(metrics.connections.kinds.every(({ count }) => count === 0)).toBe(true);
});

describe('ingress', () => {
  test('limits messages', () => {
    const { connection, protocol, socket } = authenticatedConnection();
    expect(connection.takeMessages(100)).toBe(true);
    expect(connection.takeMessages(1)).toBe(false);
    expect(socket.closes).toEqual([4529]);
    expect(protocol.errors[0]).toMatchObject({ code: 'too-many', temporary: true });
  });

  test('limits bytes', () => {
    const { connection, protocol, socket } = authenticatedConnection();
    connection.receive(Buffer.alloc(INGRESS.burstBytes), true);
    expect([protocol.received.length, socket.closes]).toEqual([1, []]);
    connection.receive(Buffer.alloc(1_000_000), true);
    expect([protocol.received.length, socket.closes]).toEqual([1, [4529]]);
  });

  test('a handler that throws ends this connection only', () => {
    const { connection, protocol, socket } = authenticatedConnection();
    protocol.onReceive = () => {
      throw new Error('a fault');
    };
    connection.receive(Buffer.from('x'), true);
    expect([socket.closes, protocol.ends]).toEqual([[4500], ['abrupt']]);
    connection.receive(Buffer.from('y'), true);
    expect(protocol.received).toHaveLength(1);
  });
});

describe('output', () => {
  test('is sent once a turn, joined, in frames within the size limit', () => {
    const { connection, socket, turn } = authenticatedConnection({
      join: (parts) => parts.join(''),
    });
    for (const data of ['a', 'b', 'c']) connection.queue(data);
    expect(socket.sent).toEqual([]);
    turn();
    expect(socket.sent).toEqual(['abc']);
    connection.queue('x'.repeat(200_000));
    connection.queue('y'.repeat(200_000));
    connection.queue('z');
    turn();
    expect(socket.sent.slice(1).map(({ length }) => length)).toEqual([200_000, 200_001]);
  });

  test('is one frame for each message where nothing joins', () => {
    const { connection, socket, turn } = authenticatedConnection();
    for (const data of ['a', 'b']) connection.queue(data);
    turn();
    expect(socket.sent).toEqual(['a', 'b']);
  });

  test('is sent before the close', () => {
    const { connection, socket } = authenticatedConnection({ join: (parts) => parts.join('') });
    connection.queue('final message');
    connection.close('internal');
    expect([socket.sent, socket.closes]).toEqual([['final message'], [4500]]);
  });
});

describe('before authentication', () => {
  const other = { key: null, evict: () => {} };

  test('all connections together may hold a limited number of bytes, and give them back', () => {
    const preAuth = new PreAuthConnections();
    const first = fakeConnection({ preAuth });
    first.connection.start(first.protocol, HELLO_TIMEOUT_MS);
    expect(preAuth.tryTakeBytes(other, HANDSHAKE.maxBytes - 5)).toBe(true);
    first.connection.receive(Buffer.from('12345'), true);
    expect([first.protocol.received.length, first.socket.closes]).toEqual([1, []]);
    const late = fakeConnection({ preAuth });
    late.connection.start(late.protocol, HELLO_TIMEOUT_MS);
    late.connection.receive(Buffer.from('6'), true);
    expect([late.protocol.received.length, late.socket.closes]).toEqual([0, [4503]]);
    first.connection.onAuthenticated(USER);
    const next = fakeConnection({ preAuth });
    next.connection.start(next.protocol, HELLO_TIMEOUT_MS);
    next.connection.receive(Buffer.from('12345'), true);
    expect(next.socket.closes).toEqual([]);
    next.connection.onClosed(1006);
    expect(preAuth.tryTakeBytes(other, 5)).toBe(true);
  });

  test('authenticated connections do not count', () => {
    const preAuth = new PreAuthConnections();
    expect(preAuth.tryTakeBytes(other, HANDSHAKE.maxBytes)).toBe(true);
    const { connection, socket } = authenticatedConnection({ preAuth });
    connection.receive(Buffer.from('x'), true);
    expect(socket.closes).toEqual([]);
  });
});

describe('the open queue', () => {
  test('has a limit', () => {
    const { connection, socket } = stuckConnection(LAG);
    for (let i = 0; i < OPEN_QUEUE.maxQueued; i++) connection.openQueue.push(() => {});
    expect(socket.closes).toEqual([]);
    connection.openQueue.push(() => {});
    expect(socket.closes).toEqual([4529]);
  });

  test('waits while the socket is full of data of opened documents', () => {
    const { connection, socket, turn, pass } = authenticatedConnection();
    const opened: number[] = [];
    socket.stuck = true;
    for (let i = 0; i < 20; i++) connection.openQueue.push(() => opened.push(i));
    expect(opened).toHaveLength(8);
    connection.queue(new Uint8Array(SLOW_CONSUMER.openPauseBytes + 1), true);
    turn();
    for (let i = 0; i < 8; i++) connection.openQueue.done();
    expect(opened).toHaveLength(8);
    socket.bufferedBytes = 0;
    pass(500);
    expect(opened).toHaveLength(16);
  });

  test('is dropped when it is empty', () => {
    const { connection } = authenticatedConnection();
    const queue = connection.openQueue;
    for (let i = 0; i < 9; i++) queue.push(() => {});
    for (let i = 0; i < 8; i++) queue.done();
    expect(connection.openQueue).toBe(queue);
    queue.done();
    expect(connection.openQueue).not.toBe(queue);
  });

  test('is cleared at the end', () => {
    const { connection } = authenticatedConnection();
    let opened = 0;
    for (let i = 0; i < 20; i++) connection.openQueue.push(() => opened++);
    connection.onClosed(1006);
    for (let i = 0; i < 8; i++) connection.openQueue.done();
    expect(opened).toBe(8);
  });
});

test.each([
  ['are sent', 'open', ['unsent']],
  ['are dropped, while nobody may see them', 'held', []],
] as const)('unsent messages of a connection that closes %s', (_, output, sent) => {
  const { connection, socket } = authenticatedConnection({ isHeld: () => output === 'held' });
  connection.queue('unsent');
  connection.close('internal');
  expect(socket.sent).toEqual(sent);
  expect(socket.closes).toHaveLength(1);
});

test('distinguishes a clean close from an abrupt one', () => {
  for (const [code, how] of [
    [1000, 'clean'],
    [1005, 'clean'],
    [1001, 'abrupt'],
    [1006, 'abrupt'],
  ] as const) {
    const { connection, protocol } = authenticatedConnection();
    connection.onClosed(code);
    connection.onClosed(code);
    expect(protocol.ends, String(code)).toEqual([how]);
  }
});

test('a failed step closes its connection, and leaves no unhandled rejection', async () => {
  const { connection, protocol, socket } = authenticatedConnection();
  connection.closeOnError(Promise.resolve());
  await nextTurn();
  expect(socket.closes).toEqual([]);
  // An unhandled rejection would fail the run.
  connection.closeOnError(Promise.reject(new Error('a bug')));
  await nextTurn();
  expect([socket.closes, protocol.ends]).toEqual([[4500], ['abrupt']]);
});
