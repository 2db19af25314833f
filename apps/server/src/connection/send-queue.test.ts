import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PING_INTERVAL_MS, PING_JITTER, PONG_TIMEOUT_MS } from '@tandem/protocol';
import { SLOW_CONSUMER } from '../limits.ts';
import { stuckConnection } from './testing/fake-connection.ts';

const LONGEST_PING_MS = PING_INTERVAL_MS * (1 + PING_JITTER);
const LAG = SLOW_CONSUMER.lagThresholdBytes + 1;

describe('a slow consumer', () => {
  test('conflates above 64 KB', () => {
    expect(SLOW_CONSUMER.conflateThresholdBytes).toBe(64 * 1024);
    const quick = stuckConnection(SLOW_CONSUMER.conflateThresholdBytes);
    expect([quick.connection.isConflating, quick.connection.isLagging]).toEqual([false, false]);
    const slow = stuckConnection(SLOW_CONSUMER.conflateThresholdBytes + 1);
    expect([slow.connection.isConflating, slow.connection.isLagging]).toEqual([true, false]);
  });

  test('lags above 1 MB', () => {
    expect(SLOW_CONSUMER.lagThresholdBytes).toBe(1024 * 1024);
    expect(stuckConnection(SLOW_CONSUMER.lagThresholdBytes).connection.isLagging).toBe(false);
    const { connection, socket } = stuckConnection(LAG);
    expect([connection.isConflating, connection.isLagging, connection.isCongested]).toEqual([
      true,
      true,
      true,
    ]);
    expect(socket.closes).toEqual([]);
  });

  test('lags when it conflates for 5 s', () => {
    expect(SLOW_CONSUMER.lagAfterMs).toBe(5_000);
    const { connection, pass } = stuckConnection(SLOW_CONSUMER.conflateThresholdBytes + 1);
    pass(SLOW_CONSUMER.lagAfterMs - SLOW_CONSUMER.checkIntervalMs);
    expect(connection.isLagging).toBe(false);
    pass(SLOW_CONSUMER.checkIntervalMs);
    expect(connection.isLagging).toBe(true);
  });

  test('does neither for requested data', () => {
    const { connection, left, pass } = stuckConnection(0, 3 * SLOW_CONSUMER.lagThresholdBytes);
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
    const { connection, channel, caughtUp, left, pass } = stuckConnection(LAG);
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

  test('is closed at the third lag within a minute', () => {
    const { connection, protocol, socket, left, pass, turn } = stuckConnection(LAG);
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
    expect(protocol.errors[0]).toMatchObject({ code: 'overloaded', temporary: true });
  });

  test('may lag as often over a longer time', () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => clock.mockRestore());
    const { connection, socket, left, pass, turn } = stuckConnection(LAG);
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

  test('that requests much and reads nothing is closed', () => {
    const { socket, pass } = stuckConnection(0, SLOW_CONSUMER.openPauseBytes + 1);
    pass(SLOW_CONSUMER.stallTimeoutMs - SLOW_CONSUMER.checkIntervalMs);
    expect(socket.closes).toEqual([]);
    pass(SLOW_CONSUMER.checkIntervalMs);
    expect(socket.closes).toEqual([4505]);
  });

  test('is closed when more waits than channels that never pause may have', () => {
    const { connection, socket, turn } = stuckConnection(SLOW_CONSUMER.maxQueuedBytes);
    connection.queue(new Uint8Array(10));
    turn();
    expect(socket.closes).toEqual([]);
    connection.queue(new Uint8Array(10));
    turn();
    expect(socket.closes).toEqual([4505]);
  });

  test('that reads is alive, even if the ping is far behind in the queue', () => {
    const { socket, left, pass } = stuckConnection(0, 20 * SLOW_CONSUMER.lagThresholdBytes);
    for (let second = 1; second <= 60; second++) {
      left(20 * SLOW_CONSUMER.lagThresholdBytes - 100_000 * second);
      pass(1_000);
    }
    expect(socket.closes).toEqual([]);
  });

  test('that reads nothing is not', () => {
    const { socket, pass } = stuckConnection(LAG);
    pass(LONGEST_PING_MS + PONG_TIMEOUT_MS);
    expect(socket.closes).toEqual([4504]);
  });
});
