import { describe, expect, it } from 'vitest';
import { HELLO_TIMEOUT_MS, PING_INTERVAL_MS, PING_JITTER, PONG_TIMEOUT_MS } from '@tandem/protocol';
import { BURST_BYTES, CONGESTED_BYTES, MAX_BACKLOG_BYTES, STALL_TIMEOUT_MS } from '../limits.ts';
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

  it('is not piled up for whom takes nothing', () => {
    const { connection, socket, dialogue, turn, pass } = introduced();
    socket.stuck = true;
    connection.queue(new Uint8Array(CONGESTED_BYTES + 1));
    turn();
    pass(STALL_TIMEOUT_MS - 500);
    expect(socket.closes).toEqual([]);
    pass(500);
    expect(socket.closes).toEqual([4505]);
    expect(dialogue.explained[0]).toMatchObject({ code: 'overloaded', temporary: true });
  });

  it('may take its time as long as it moves', () => {
    const { connection, socket, turn, pass } = introduced();
    socket.stuck = true;
    connection.queue(new Uint8Array(3 * CONGESTED_BYTES), true);
    turn();
    for (let second = 0; second < 20; second++) {
      pass(1_000);
      socket.bufferedAmount -= 100_000;
    }
    expect(socket.closes).toEqual([]);
  });

  it('is limited, except for what was asked for', () => {
    const patient = introduced();
    patient.socket.stuck = true;
    patient.connection.queue(new Uint8Array(MAX_BACKLOG_BYTES + 10), true);
    patient.turn();
    patient.connection.queue(new Uint8Array(10));
    patient.turn();
    expect(patient.socket.closes).toEqual([]);
    const greedy = introduced();
    greedy.socket.stuck = true;
    greedy.connection.queue(new Uint8Array(MAX_BACKLOG_BYTES + 10));
    greedy.turn();
    greedy.connection.queue(new Uint8Array(10));
    greedy.turn();
    expect(greedy.socket.closes).toEqual([4505]);
  });

  it('comes before the close', () => {
    const { connection, socket } = introduced({ join: (parts) => parts.join('') });
    connection.queue('last words');
    connection.close('internal');
    expect([socket.sent, socket.closes]).toEqual([['last words'], [4500]]);
  });
});

describe('openings', () => {
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
