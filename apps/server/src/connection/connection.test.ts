import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  HELLO_TIMEOUT_MS,
  PING_INTERVAL_MS,
  PING_JITTER,
  PONG_TIMEOUT_MS,
  REAUTHENTICATE_BEFORE_MS,
  REAUTHENTICATE_GRACE_MS,
} from '@tandem/protocol';
import { HANDSHAKE, INGRESS, OPEN_QUEUE, SLOW_CONSUMER } from '../limits.ts';
import type { LaggingChannel } from './send-queue.ts';
import { PreAuthConnections } from '../rate-limits/pre-auth-connections.ts';
import { fakeConnection } from './testing/fake-connection.ts';

const user = { id: 'ada', name: 'Ada', color: 1 };
const LONGEST_PING_MS = PING_INTERVAL_MS * (1 + PING_JITTER);

function onAuthenticated(options?: Parameters<typeof fakeConnection>[0]) {
  const fake = fakeConnection(options);
  fake.connection.start(fake.protocol, HELLO_TIMEOUT_MS);
  fake.connection.onAuthenticated(user);
  return fake;
}

describe('heartbeat', () => {
  test('waits for hello, and not longer', () => {
    const { connection, protocol, socket, pass, ended } = fakeConnection();
    connection.start(protocol, HELLO_TIMEOUT_MS);
    pass(HELLO_TIMEOUT_MS - 100);
    expect(socket.closes).toEqual([]);
    pass(100);
    expect(socket.closes).toEqual([4508]);
    expect(protocol.explained[0]?.message).toBe('This connection did not say in time who it is.');
    expect(ended()).toBe(1);
  });

  test('closes after two pings without any answer', () => {
    const { protocol, socket, pass } = onAuthenticated();
    pass(LONGEST_PING_MS - PONG_TIMEOUT_MS);
    expect(protocol.pings).toBe(1);
    pass(PONG_TIMEOUT_MS);
    expect([protocol.pings, socket.closes]).toEqual([2, []]);
    pass(PONG_TIMEOUT_MS);
    expect([socket.closes, protocol.ends]).toEqual([[4504], ['abrupt']]);
  });

  test('counts whatever is heard as an answer', () => {
    const { connection, protocol, socket, pass } = onAuthenticated();
    for (let round = 0; round < 5; round++) {
      pass(LONGEST_PING_MS - PONG_TIMEOUT_MS);
      connection.receive(Buffer.from('x'), true);
      pass(PONG_TIMEOUT_MS);
    }
    expect(socket.closes).toEqual([]);
    expect(protocol.pings).toBeGreaterThanOrEqual(5);
  });

  test('does not count silence against whom we do not read', () => {
    const { connection, socket, pass } = onAuthenticated();
    connection.pause();
    expect(socket.reading).toBe('paused');
    pass(LONGEST_PING_MS * 4);
    expect(socket.closes).toEqual([]);
    connection.resume();
    expect(socket.reading).toBe('running');
  });
});

test('is counted until it ends, and that once', () => {
  const { connection, metrics } = onAuthenticated();
  expect(metrics.connections.total).toBe(1);
  connection.close('overloaded');
  connection.onClosed(4508);
  expect(metrics.connections.total).toBe(0);
  expect(metrics.connections.kinds.every(({ count }) => count === 0)).toBe(true);
});

describe('what comes in', () => {
  test('has a limit of messages', () => {
    const { connection, protocol, socket } = onAuthenticated();
    expect(connection.takeMessages(100)).toBe(true);
    expect(connection.takeMessages(1)).toBe(false);
    expect(socket.closes).toEqual([4529]);
    expect(protocol.explained[0]).toMatchObject({ code: 'too-many', temporary: true });
  });

  test('has a limit of bytes', () => {
    const { connection, protocol, socket } = onAuthenticated();
    connection.receive(Buffer.alloc(INGRESS.burstBytes), true);
    expect([protocol.received.length, socket.closes]).toEqual([1, []]);
    connection.receive(Buffer.alloc(1_000_000), true);
    expect([protocol.received.length, socket.closes]).toEqual([1, [4529]]);
  });

  test('that trips over a fault of ours ends this connection only', () => {
    const { connection, protocol, socket } = onAuthenticated();
    protocol.onReceive = () => {
      throw new Error('a fault');
    };
    connection.receive(Buffer.from('x'), true);
    expect([socket.closes, protocol.ends]).toEqual([[4500], ['abrupt']]);
    connection.receive(Buffer.from('y'), true);
    expect(protocol.received).toHaveLength(1);
  });
});

describe('what goes out', () => {
  test('goes once a turn, joined, in frames that are not too large', () => {
    const { connection, socket, turn } = onAuthenticated({ join: (parts) => parts.join('') });
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

  test('stays in frames of their own where nothing joins', () => {
    const { connection, socket, turn } = onAuthenticated();
    for (const data of ['a', 'b']) connection.queue(data);
    turn();
    expect(socket.sent).toEqual(['a', 'b']);
  });

  test('comes before the close', () => {
    const { connection, socket } = onAuthenticated({ join: (parts) => parts.join('') });
    connection.queue('final message');
    connection.close('internal');
    expect([socket.sent, socket.closes]).toEqual([['final message'], [4500]]);
  });
});

/** `bytes` wait for a reader who takes nothing; `requested` are what it asked for. */
function stuck(bytes: number, requested = 0) {
  const fake = onAuthenticated();
  fake.socket.stuck = true;
  if (bytes > 0) fake.connection.queue(new Uint8Array(bytes));
  if (requested > 0) fake.connection.queue(new Uint8Array(requested), true);
  fake.turn();
  const caughtUp: string[] = [];
  const channel = (name: string): LaggingChannel => ({ catchUp: () => void caughtUp.push(name) });
  /** It reads all but this many bytes. */
  const left = (rest: number) => void (fake.socket.bufferedAmount = rest);
  return { ...fake, channel, caughtUp, left };
}

const LAG = SLOW_CONSUMER.lagThresholdBytes + 1;

describe('a slow reader', () => {
  test('is pressed above 64 KB', () => {
    expect(SLOW_CONSUMER.conflateThresholdBytes).toBe(64 * 1024);
    const quick = stuck(SLOW_CONSUMER.conflateThresholdBytes);
    expect([quick.connection.isConflating, quick.connection.isLagging]).toEqual([false, false]);
    const slow = stuck(SLOW_CONSUMER.conflateThresholdBytes + 1);
    expect([slow.connection.isConflating, slow.connection.isLagging]).toEqual([true, false]);
  });

  test('lags above 1 MB', () => {
    expect(SLOW_CONSUMER.lagThresholdBytes).toBe(1024 * 1024);
    expect(stuck(SLOW_CONSUMER.lagThresholdBytes).connection.isLagging).toBe(false);
    const { connection, socket } = stuck(LAG);
    expect([connection.isConflating, connection.isLagging, connection.isCongested]).toEqual([
      true,
      true,
      true,
    ]);
    expect(socket.closes).toEqual([]);
  });

  test('lags when it is pressed for 5 s', () => {
    expect(SLOW_CONSUMER.lagAfterMs).toBe(5_000);
    const { connection, pass } = stuck(SLOW_CONSUMER.conflateThresholdBytes + 1);
    pass(SLOW_CONSUMER.lagAfterMs - SLOW_CONSUMER.checkIntervalMs);
    expect(connection.isLagging).toBe(false);
    pass(SLOW_CONSUMER.checkIntervalMs);
    expect(connection.isLagging).toBe(true);
  });

  test('is neither for what it asked for', () => {
    const { connection, left, pass } = stuck(0, 3 * SLOW_CONSUMER.lagThresholdBytes);
    expect([connection.isConflating, connection.isLagging, connection.isCongested]).toEqual([
      false,
      false,
      true,
    ]);
    for (let second = 0; second < 20; second++) {
      pass(1_000);
      left(3 * SLOW_CONSUMER.lagThresholdBytes - 100_000 * second);
    }
    expect(connection.isLagging).toBe(false);
  });

  test('catches up once little waits, a few channels at a time', () => {
    const { connection, channel, caughtUp, left, pass } = stuck(LAG);
    const names = Array.from({ length: SLOW_CONSUMER.maxCatchingUp + 2 }, (_, i) => String(i));
    for (const name of names) connection.catchUpLater(channel(name));
    left(SLOW_CONSUMER.conflateThresholdBytes + 1);
    pass(SLOW_CONSUMER.checkIntervalMs);
    expect([caughtUp, connection.isLagging]).toEqual([[], true]);
    left(SLOW_CONSUMER.conflateThresholdBytes);
    pass(SLOW_CONSUMER.checkIntervalMs);
    expect([caughtUp, connection.isLagging]).toEqual([
      names.slice(0, SLOW_CONSUMER.maxCatchingUp),
      false,
    ]);
    pass(SLOW_CONSUMER.checkIntervalMs);
    expect(caughtUp).toEqual(names);
    pass(10_000);
    expect(caughtUp).toHaveLength(names.length);
  });

  test('is sent away at the third lag within a minute', () => {
    const { connection, protocol, socket, left, pass, turn } = stuck(LAG);
    const lagAgain = () => {
      left(0);
      pass(SLOW_CONSUMER.checkIntervalMs);
      expect(connection.isLagging).toBe(false);
      connection.queue(new Uint8Array(LAG));
      turn();
    };
    lagAgain();
    expect([connection.isLagging, socket.closes]).toEqual([true, []]);
    lagAgain();
    expect(socket.closes).toEqual([4505]);
    expect(protocol.explained[0]).toMatchObject({ code: 'overloaded', temporary: true });
  });

  test('may lag as often over a longer time', () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => clock.mockRestore());
    const { connection, socket, left, pass, turn } = stuck(LAG);
    for (let lag = 0; lag < 5; lag++) {
      left(0);
      pass(SLOW_CONSUMER.checkIntervalMs);
      connection.receive(Buffer.from('here'), true);
      now += SLOW_CONSUMER.lagWindowMs / 2;
      connection.queue(new Uint8Array(LAG));
      turn();
      expect([lag, socket.closes]).toEqual([lag, []]);
    }
  });

  test('that asks for much and takes nothing is sent away', () => {
    const { socket, pass } = stuck(0, SLOW_CONSUMER.openPauseBytes + 1);
    pass(SLOW_CONSUMER.stallTimeoutMs - SLOW_CONSUMER.checkIntervalMs);
    expect(socket.closes).toEqual([]);
    pass(SLOW_CONSUMER.checkIntervalMs);
    expect(socket.closes).toEqual([4505]);
  });

  test('is sent away when more waits than even unfed channels leave', () => {
    const { connection, socket, turn } = stuck(SLOW_CONSUMER.maxQueuedBytes);
    connection.queue(new Uint8Array(10));
    turn();
    expect(socket.closes).toEqual([]);
    connection.queue(new Uint8Array(10));
    turn();
    expect(socket.closes).toEqual([4505]);
  });

  test('that takes what is sent is alive, though our ping is far behind it', () => {
    const { socket, left, pass } = stuck(0, 20 * SLOW_CONSUMER.lagThresholdBytes);
    for (let second = 1; second <= 60; second++) {
      left(20 * SLOW_CONSUMER.lagThresholdBytes - 100_000 * second);
      pass(1_000);
    }
    expect(socket.closes).toEqual([]);
  });

  test('that takes nothing is not', () => {
    const { socket, pass } = stuck(LAG);
    pass(LONGEST_PING_MS + PONG_TIMEOUT_MS);
    expect(socket.closes).toEqual([4504]);
  });
});

describe('W35: the proof of who somebody is', () => {
  const NOW = 1_800_000_000_000;
  const TTL_MS = 600_000;

  function authenticated() {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    onTestFinished(() => void vi.useRealTimers());
    const fake = onAuthenticated();
    fake.connection.authenticatedUntil(NOW + TTL_MS);
    const pass = (ms: number): void => {
      // Somebody is there all the time.
      for (let passed = 0; passed < ms; passed += 10_000) {
        vi.setSystemTime(Date.now() + Math.min(10_000, ms - passed));
        fake.pass(Math.min(10_000, ms - passed));
        fake.connection.receive(Buffer.from('x'), true);
      }
    };
    return { ...fake, pass };
  }

  test('is asked for 60 s before it ends', () => {
    expect(REAUTHENTICATE_BEFORE_MS).toBe(60_000);
    const { protocol, pass } = authenticated();
    pass(TTL_MS - REAUTHENTICATE_BEFORE_MS - 100);
    expect(protocol.asked).toEqual([]);
    pass(100);
    expect(protocol.asked).toEqual([NOW + TTL_MS]);
  });

  test('ends the connection 25 s after its end', () => {
    expect(REAUTHENTICATE_GRACE_MS).toBe(25_000);
    const { socket, pass } = authenticated();
    pass(TTL_MS + REAUTHENTICATE_GRACE_MS - 100);
    expect(socket.closes).toEqual([]);
    pass(100);
    expect(socket.closes).toEqual([4401]);
  });

  test('is as good as the one before when it is renewed, any number of times', () => {
    const { connection, protocol, socket, pass } = authenticated();
    for (let round = 1; round <= 3; round++) {
      pass(TTL_MS - REAUTHENTICATE_BEFORE_MS);
      expect(protocol.asked).toHaveLength(round);
      connection.authenticatedUntil(Date.now() + TTL_MS);
      expect(protocol.accepted).toEqual([...protocol.accepted.slice(0, -1), Date.now() + TTL_MS]);
    }
    expect([protocol.accepted.length, socket.closes]).toEqual([3, []]);
  });

  test('that was about to end when it was said is asked for at once', () => {
    const { connection, protocol, pass } = authenticated();
    connection.authenticatedUntil(NOW + 1_000);
    pass(100);
    expect(protocol.asked).toEqual([NOW + 1_000]);
  });
});

describe('before authentication', () => {
  const other = { key: null, evict: () => {} };

  test('all connections together may hold only so many bytes, and give them back', () => {
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
    first.connection.onAuthenticated(user);
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
    const { connection, socket } = onAuthenticated({ preAuth });
    connection.receive(Buffer.from('x'), true);
    expect(socket.closes).toEqual([]);
  });
});

describe('openings', () => {
  test('that wait have a limit', () => {
    const { connection, socket } = stuck(LAG);
    for (let i = 0; i < OPEN_QUEUE.maxQueued; i++) connection.openQueue.push(() => {});
    expect(socket.closes).toEqual([]);
    connection.openQueue.push(() => {});
    expect(socket.closes).toEqual([4529]);
  });

  test('wait while the socket is full of what was opened before', () => {
    const { connection, socket, turn, pass } = onAuthenticated();
    const opened: number[] = [];
    socket.stuck = true;
    for (let i = 0; i < 20; i++) connection.openQueue.push(() => opened.push(i));
    expect(opened).toHaveLength(8);
    connection.queue(new Uint8Array(SLOW_CONSUMER.openPauseBytes + 1), true);
    turn();
    for (let i = 0; i < 8; i++) connection.openQueue.done();
    expect(opened).toHaveLength(8);
    socket.bufferedAmount = 0;
    pass(500);
    expect(opened).toHaveLength(16);
  });

  test('take no room when there are none', () => {
    const { connection } = onAuthenticated();
    const line = connection.openQueue;
    for (let i = 0; i < 9; i++) line.push(() => {});
    for (let i = 0; i < 8; i++) line.done();
    expect(connection.openQueue).toBe(line);
    line.done();
    expect(connection.openQueue).not.toBe(line);
  });

  test('are forgotten at the end', () => {
    const { connection } = onAuthenticated();
    let opened = 0;
    for (let i = 0; i < 20; i++) connection.openQueue.push(() => opened++);
    connection.onClosed(1006);
    for (let i = 0; i < 8; i++) connection.openQueue.done();
    expect(opened).toBe(8);
  });
});

test('tells a goodbye from a loss', () => {
  for (const [code, how] of [
    [1000, 'clean'],
    [1005, 'clean'],
    [1001, 'abrupt'],
    [1006, 'abrupt'],
  ] as const) {
    const { connection, protocol } = onAuthenticated();
    connection.onClosed(code);
    connection.onClosed(code);
    expect(protocol.ends, String(code)).toEqual([how]);
  }
});

test('a failed step closes its connection, and leaves no unhandled rejection', async () => {
  const { connection, protocol, socket } = onAuthenticated();
  connection.closeOnError(Promise.resolve());
  await nextTurn();
  expect(socket.closes).toEqual([]);
  // An unhandled rejection would fail the run.
  connection.closeOnError(Promise.reject(new Error('a bug')));
  await nextTurn();
  expect([socket.closes, protocol.ends]).toEqual([[4500], ['abrupt']]);
});
