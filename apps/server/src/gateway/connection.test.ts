import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  HELLO_TIMEOUT_MS,
  PING_INTERVAL_MS,
  PING_JITTER,
  PONG_TIMEOUT_MS,
  REAUTHENTICATE_BEFORE_MS,
  REAUTHENTICATE_GRACE_MS,
} from '@tandem/protocol';
import {
  BACKLOG_CHECK_MS,
  BURST_BYTES,
  CONGESTED_BYTES,
  LAGGING_AFTER_MS,
  LAGGING_BYTES,
  LAGS_WINDOW_MS,
  MAX_BACKLOG_BYTES,
  MAX_CATCHING_UP,
  MAX_STRANGERS_BYTES,
  MAX_WAITING_OPENINGS,
  PRESSED_BYTES,
  STALL_TIMEOUT_MS,
} from '../limits.ts';
import type { Lagging } from './backlog.ts';
import { PreAuthBytes } from './strangers.ts';
import { fakeConnection } from './testing/fake-connection.ts';

const user = { id: 'ada', name: 'Ada', color: 1 };
const LONGEST_PING_MS = PING_INTERVAL_MS * (1 + PING_JITTER);

function introduced(options?: Parameters<typeof fakeConnection>[0]) {
  const fake = fakeConnection(options);
  fake.connection.start(fake.dialogue, HELLO_TIMEOUT_MS);
  fake.connection.introduced(user);
  return fake;
}

describe('heartbeat', () => {
  it('waits for hello, and not longer', () => {
    const { connection, dialogue, socket, pass, ended } = fakeConnection();
    connection.start(dialogue, HELLO_TIMEOUT_MS);
    pass(HELLO_TIMEOUT_MS - 100);
    expect(socket.closes).toEqual([]);
    pass(100);
    expect(socket.closes).toEqual([4508]);
    expect(dialogue.explained[0]?.message).toBe('This connection did not say in time who it is.');
    expect(ended()).toBe(1);
  });

  it('closes after two pings without any answer', () => {
    const { dialogue, socket, pass } = introduced();
    pass(LONGEST_PING_MS - PONG_TIMEOUT_MS);
    expect(dialogue.pings).toBe(1);
    pass(PONG_TIMEOUT_MS);
    expect([dialogue.pings, socket.closes]).toEqual([2, []]);
    pass(PONG_TIMEOUT_MS);
    expect([socket.closes, dialogue.ends]).toEqual([[4504], ['abrupt']]);
  });

  it('counts whatever is heard as an answer', () => {
    const { connection, dialogue, socket, pass } = introduced();
    for (let round = 0; round < 5; round++) {
      pass(LONGEST_PING_MS - PONG_TIMEOUT_MS);
      connection.receive(Buffer.from('x'), true);
      pass(PONG_TIMEOUT_MS);
    }
    expect(socket.closes).toEqual([]);
    expect(dialogue.pings).toBeGreaterThanOrEqual(5);
  });

  it('does not count silence against whom we do not read', () => {
    const { connection, socket, pass } = introduced();
    connection.pause();
    expect(socket.reading).toBe('paused');
    pass(LONGEST_PING_MS * 4);
    expect(socket.closes).toEqual([]);
    connection.resume();
    expect(socket.reading).toBe('running');
  });
});

it('is counted until it ends, and that once', () => {
  const { connection, metrics } = introduced();
  expect(metrics.connections.total).toBe(1);
  connection.close('overloaded');
  connection.closed(4508);
  expect(metrics.connections.total).toBe(0);
  expect(metrics.connections.kinds.every(({ count }) => count === 0)).toBe(true);
});

describe('what comes in', () => {
  it('has a limit of messages', () => {
    const { connection, dialogue, socket } = introduced();
    expect(connection.admit(100)).toBe(true);
    expect(connection.admit(1)).toBe(false);
    expect(socket.closes).toEqual([4529]);
    expect(dialogue.explained[0]).toMatchObject({ code: 'too-many', temporary: true });
  });

  it('has a limit of bytes', () => {
    const { connection, dialogue, socket } = introduced();
    connection.receive(Buffer.alloc(BURST_BYTES), true);
    expect([dialogue.received.length, socket.closes]).toEqual([1, []]);
    connection.receive(Buffer.alloc(1_000_000), true);
    expect([dialogue.received.length, socket.closes]).toEqual([1, [4529]]);
  });

  it('that trips over a fault of ours ends this connection only', () => {
    const { connection, dialogue, socket } = introduced();
    dialogue.onReceive = () => {
      throw new Error('a fault');
    };
    connection.receive(Buffer.from('x'), true);
    expect([socket.closes, dialogue.ends]).toEqual([[4500], ['abrupt']]);
    connection.receive(Buffer.from('y'), true);
    expect(dialogue.received).toHaveLength(1);
  });
});

describe('what goes out', () => {
  it('goes once a turn, joined, in frames that are not too large', () => {
    const { connection, socket, turn } = introduced({ join: (parts) => parts.join('') });
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

  it('stays in frames of their own where nothing joins', () => {
    const { connection, socket, turn } = introduced();
    for (const data of ['a', 'b']) connection.queue(data);
    turn();
    expect(socket.sent).toEqual(['a', 'b']);
  });

  it('comes before the close', () => {
    const { connection, socket } = introduced({ join: (parts) => parts.join('') });
    connection.queue('last words');
    connection.close('internal');
    expect([socket.sent, socket.closes]).toEqual([['last words'], [4500]]);
  });
});

/** `bytes` wait for a reader who takes nothing; `solicited` are what it asked for. */
function stuck(bytes: number, solicited = 0) {
  const fake = introduced();
  fake.socket.stuck = true;
  if (bytes > 0) fake.connection.queue(new Uint8Array(bytes));
  if (solicited > 0) fake.connection.queue(new Uint8Array(solicited), true);
  fake.turn();
  const caughtUp: string[] = [];
  const channel = (name: string): Lagging => ({ catchUp: () => void caughtUp.push(name) });
  /** It reads all but this many bytes. */
  const left = (rest: number) => void (fake.socket.bufferedAmount = rest);
  return { ...fake, channel, caughtUp, left };
}

const LAG = LAGGING_BYTES + 1;

describe('a slow reader', () => {
  it('is pressed above 64 KB', () => {
    expect(PRESSED_BYTES).toBe(64 * 1024);
    const quick = stuck(PRESSED_BYTES);
    expect([quick.connection.pressed, quick.connection.lagging]).toEqual([false, false]);
    const slow = stuck(PRESSED_BYTES + 1);
    expect([slow.connection.pressed, slow.connection.lagging]).toEqual([true, false]);
  });

  it('lags above 1 MB', () => {
    expect(LAGGING_BYTES).toBe(1024 * 1024);
    expect(stuck(LAGGING_BYTES).connection.lagging).toBe(false);
    const { connection, socket } = stuck(LAG);
    expect([connection.pressed, connection.lagging, connection.congested]).toEqual([
      true,
      true,
      true,
    ]);
    expect(socket.closes).toEqual([]);
  });

  it('lags when it is pressed for 5 s', () => {
    expect(LAGGING_AFTER_MS).toBe(5_000);
    const { connection, pass } = stuck(PRESSED_BYTES + 1);
    pass(LAGGING_AFTER_MS - BACKLOG_CHECK_MS);
    expect(connection.lagging).toBe(false);
    pass(BACKLOG_CHECK_MS);
    expect(connection.lagging).toBe(true);
  });

  it('is neither for what it asked for', () => {
    const { connection, left, pass } = stuck(0, 3 * LAGGING_BYTES);
    expect([connection.pressed, connection.lagging, connection.congested]).toEqual([
      false,
      false,
      true,
    ]);
    for (let second = 0; second < 20; second++) {
      pass(1_000);
      left(3 * LAGGING_BYTES - 100_000 * second);
    }
    expect(connection.lagging).toBe(false);
  });

  it('catches up once little waits, a few channels at a time', () => {
    const { connection, channel, caughtUp, left, pass } = stuck(LAG);
    const names = Array.from({ length: MAX_CATCHING_UP + 2 }, (_, i) => String(i));
    for (const name of names) connection.hold(channel(name));
    left(PRESSED_BYTES + 1);
    pass(BACKLOG_CHECK_MS);
    expect([caughtUp, connection.lagging]).toEqual([[], true]);
    left(PRESSED_BYTES);
    pass(BACKLOG_CHECK_MS);
    expect([caughtUp, connection.lagging]).toEqual([names.slice(0, MAX_CATCHING_UP), false]);
    pass(BACKLOG_CHECK_MS);
    expect(caughtUp).toEqual(names);
    pass(10_000);
    expect(caughtUp).toHaveLength(names.length);
  });

  it('is sent away at the third lag within a minute', () => {
    const { connection, dialogue, socket, left, pass, turn } = stuck(LAG);
    const lagAgain = () => {
      left(0);
      pass(BACKLOG_CHECK_MS);
      expect(connection.lagging).toBe(false);
      connection.queue(new Uint8Array(LAG));
      turn();
    };
    lagAgain();
    expect([connection.lagging, socket.closes]).toEqual([true, []]);
    lagAgain();
    expect(socket.closes).toEqual([4505]);
    expect(dialogue.explained[0]).toMatchObject({ code: 'overloaded', temporary: true });
  });

  it('may lag as often over a longer time', () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => clock.mockRestore());
    const { connection, socket, left, pass, turn } = stuck(LAG);
    for (let lag = 0; lag < 5; lag++) {
      left(0);
      pass(BACKLOG_CHECK_MS);
      connection.receive(Buffer.from('here'), true);
      now += LAGS_WINDOW_MS / 2;
      connection.queue(new Uint8Array(LAG));
      turn();
      expect([lag, socket.closes]).toEqual([lag, []]);
    }
  });

  it('that asks for much and takes nothing is sent away', () => {
    const { socket, pass } = stuck(0, CONGESTED_BYTES + 1);
    pass(STALL_TIMEOUT_MS - BACKLOG_CHECK_MS);
    expect(socket.closes).toEqual([]);
    pass(BACKLOG_CHECK_MS);
    expect(socket.closes).toEqual([4505]);
  });

  it('is sent away when more waits than even unfed channels leave', () => {
    const { connection, socket, turn } = stuck(MAX_BACKLOG_BYTES);
    connection.queue(new Uint8Array(10));
    turn();
    expect(socket.closes).toEqual([]);
    connection.queue(new Uint8Array(10));
    turn();
    expect(socket.closes).toEqual([4505]);
  });

  it('that takes what is sent is alive, though our ping is far behind it', () => {
    const { socket, left, pass } = stuck(0, 20 * LAGGING_BYTES);
    for (let second = 1; second <= 60; second++) {
      left(20 * LAGGING_BYTES - 100_000 * second);
      pass(1_000);
    }
    expect(socket.closes).toEqual([]);
  });

  it('that takes nothing is not', () => {
    const { socket, pass } = stuck(LAG);
    pass(LONGEST_PING_MS + PONG_TIMEOUT_MS);
    expect(socket.closes).toEqual([4504]);
  });
});

describe('W35: the proof of who somebody is', () => {
  const NOW = 1_800_000_000_000;
  const TTL_MS = 600_000;

  function proven() {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    onTestFinished(() => void vi.useRealTimers());
    const fake = introduced();
    fake.connection.provenUntil(NOW + TTL_MS);
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

  it('is asked for 60 s before it ends', () => {
    expect(REAUTHENTICATE_BEFORE_MS).toBe(60_000);
    const { dialogue, pass } = proven();
    pass(TTL_MS - REAUTHENTICATE_BEFORE_MS - 100);
    expect(dialogue.asked).toEqual([]);
    pass(100);
    expect(dialogue.asked).toEqual([NOW + TTL_MS]);
  });

  it('ends the connection 25 s after its end', () => {
    expect(REAUTHENTICATE_GRACE_MS).toBe(25_000);
    const { socket, pass } = proven();
    pass(TTL_MS + REAUTHENTICATE_GRACE_MS - 100);
    expect(socket.closes).toEqual([]);
    pass(100);
    expect(socket.closes).toEqual([4401]);
  });

  it('is as good as the one before when it is renewed, any number of times', () => {
    const { connection, dialogue, socket, pass } = proven();
    for (let round = 1; round <= 3; round++) {
      pass(TTL_MS - REAUTHENTICATE_BEFORE_MS);
      expect(dialogue.asked).toHaveLength(round);
      connection.provenUntil(Date.now() + TTL_MS);
      expect(dialogue.accepted).toEqual([...dialogue.accepted.slice(0, -1), Date.now() + TTL_MS]);
    }
    expect([dialogue.accepted.length, socket.closes]).toEqual([3, []]);
  });

  it('that was about to end when it was said is asked for at once', () => {
    const { connection, dialogue, pass } = proven();
    connection.provenUntil(NOW + 1_000);
    pass(100);
    expect(dialogue.asked).toEqual([NOW + 1_000]);
  });
});

describe('strangers', () => {
  it('together may hold only so much, and it is given back', () => {
    const preAuth = new PreAuthBytes();
    const fill = fakeConnection({ preAuth });
    fill.connection.start(fill.dialogue, HELLO_TIMEOUT_MS);
    expect(preAuth.take(MAX_STRANGERS_BYTES - 5)).toBe(true);
    fill.connection.receive(Buffer.from('12345'), true);
    expect([fill.dialogue.received.length, fill.socket.closes]).toEqual([1, []]);
    const late = fakeConnection({ preAuth });
    late.connection.start(late.dialogue, HELLO_TIMEOUT_MS);
    late.connection.receive(Buffer.from('6'), true);
    expect([late.dialogue.received.length, late.socket.closes]).toEqual([0, [4503]]);
    fill.connection.introduced(user);
    const next = fakeConnection({ preAuth });
    next.connection.receive(Buffer.from('12345'), true);
    expect(next.socket.closes).toEqual([]);
    next.connection.closed(1006);
    expect(preAuth.take(5)).toBe(true);
  });

  it('who say who they are hold nothing of it', () => {
    const { connection, socket } = introduced({ preAuth: full() });
    connection.receive(Buffer.from('x'), true);
    expect(socket.closes).toEqual([]);
  });
});

function full(): PreAuthBytes {
  const preAuth = new PreAuthBytes();
  preAuth.take(MAX_STRANGERS_BYTES);
  return preAuth;
}

describe('openings', () => {
  it('that wait have a limit', () => {
    const { connection, socket } = stuck(LAG);
    for (let i = 0; i < MAX_WAITING_OPENINGS; i++) connection.openings.enter(() => {});
    expect(socket.closes).toEqual([]);
    connection.openings.enter(() => {});
    expect(socket.closes).toEqual([4529]);
  });

  it('wait while the socket is full of what was opened before', () => {
    const { connection, socket, turn, pass } = introduced();
    const opened: number[] = [];
    socket.stuck = true;
    for (let i = 0; i < 20; i++) connection.openings.enter(() => opened.push(i));
    expect(opened).toHaveLength(8);
    connection.queue(new Uint8Array(CONGESTED_BYTES + 1), true);
    turn();
    for (let i = 0; i < 8; i++) connection.openings.done();
    expect(opened).toHaveLength(8);
    socket.bufferedAmount = 0;
    pass(500);
    expect(opened).toHaveLength(16);
  });

  it('take no room when there are none', () => {
    const { connection } = introduced();
    const line = connection.openings;
    for (let i = 0; i < 9; i++) line.enter(() => {});
    for (let i = 0; i < 8; i++) line.done();
    expect(connection.openings).toBe(line);
    line.done();
    expect(connection.openings).not.toBe(line);
  });

  it('are forgotten at the end', () => {
    const { connection } = introduced();
    let opened = 0;
    for (let i = 0; i < 20; i++) connection.openings.enter(() => opened++);
    connection.closed(1006);
    for (let i = 0; i < 8; i++) connection.openings.done();
    expect(opened).toBe(8);
  });
});

it('tells a goodbye from a loss', () => {
  for (const [code, how] of [
    [1000, 'clean'],
    [1005, 'clean'],
    [1001, 'abrupt'],
    [1006, 'abrupt'],
  ] as const) {
    const { connection, dialogue } = introduced();
    connection.closed(code);
    connection.closed(code);
    expect(dialogue.ends, String(code)).toEqual([how]);
  }
});
