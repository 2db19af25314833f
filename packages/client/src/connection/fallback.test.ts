import {
  closeCode,
  TRANSPORT_OPEN_TIMEOUT_MS,
  WEBSOCKET_RETRY_CAP_MS,
  WEBSOCKET_RETRY_FIRST_MS,
  type TransportKind,
} from '@tandem/protocol';
import { expect, test } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { FakeSocket } from '../testing/fake-socket.ts';
import { Connection } from './connection.ts';
import type { ConnectionState } from './connection-state.ts';
import { createTransportMemory, type FallbackKind } from './transport-choice.ts';

interface Made {
  readonly kind: TransportKind;
  readonly socket: FakeSocket;
}

function scene({ streams = true } = {}) {
  const environment = new FakeEnvironment();
  const memory = createTransportMemory();
  const made: Made[] = [];
  const left: FakeSocket[] = [];
  const simulation = { streams, reachable: true };
  const make = <K extends TransportKind>(kind: K) => {
    const socket = new FakeSocket();
    socket.answersPings = true;
    made.push({ kind, socket });
    return { kind, socket };
  };
  const connection = new Connection({
    environment,
    schema: 1,
    socket: () => make('websocket').socket,
    fallback: {
      memory,
      open: async (kind: FallbackKind) => make(simulation.streams ? kind : 'poll'),
      leave: (socket) => void left.push(socket as FakeSocket),
    },
    token: async () => ({ kind: 'token', token: 't' }),
    reachable: async () => (simulation.reachable ? 'reachable' : 'unreachable'),
  });
  const states: ConnectionState[] = [];
  connection.listen({ state: (state) => void states.push(state) });
  const latest = (): Made => {
    const last = made.at(-1);
    if (last === undefined) throw new Error('no socket was made');
    return last;
  };
  const settle = (ms = 0) => environment.clock.advanceAsync(ms);
  const welcome = (kind: TransportKind): void => {
    expect(latest().kind).toBe(kind);
    latest().socket.open();
    latest().socket.welcome();
  };
  return {
    environment,
    memory,
    made,
    left,
    simulation,
    connection,
    states,
    latest,
    settle,
    welcome,
    kinds: () => made.map(({ kind }) => kind),
  };
}

async function streaming() {
  const s = scene();
  s.connection.start();
  await s.settle();
  s.latest().socket.drop(1006);
  await s.settle();
  s.welcome('stream');
  return s;
}

test('T8: a WebSocket that fails while the server answers gives way at once', async () => {
  const s = await streaming();
  expect(s.connection.state).toMatchObject({ kind: 'connected', transport: 'stream', attempt: 0 });
  expect(s.states.map(({ kind }) => kind)).toEqual(['connecting', 'connected']);
  expect(s.latest().socket.sent).toMatchObject([{ type: 'hello' }]);
});

test('T8: one that does not open in 4 s does too, and so does a stream without a frame', async () => {
  const s = scene();
  s.connection.start();
  await s.settle(TRANSPORT_OPEN_TIMEOUT_MS - 1);
  expect(s.kinds()).toEqual(['websocket']);
  await s.settle(1);
  expect(s.kinds()).toEqual(['websocket', 'stream']);
  s.latest().socket.open();
  await s.settle(TRANSPORT_OPEN_TIMEOUT_MS);
  expect(s.kinds()).toEqual(['websocket', 'stream', 'poll']);
  expect(s.made.slice(0, 2).every(({ socket }) => socket.closed)).toBe(true);
  s.welcome('poll');
  expect(s.connection.state).toMatchObject({ kind: 'connected', transport: 'poll' });
});

test('T8: a server that does not answer is no reason to take another transport', async () => {
  const s = scene();
  s.simulation.reachable = false;
  s.connection.start();
  for (let round = 0; round < 5; round++) {
    await s.settle(60_000);
    s.latest().socket.drop(1006);
  }
  expect(new Set(s.kinds())).toEqual(new Set(['websocket']));
  expect(s.connection.state).toMatchObject({ cause: 'unreachable' });
});

test('T8: nor is a server that refuses with a reason', async () => {
  const s = scene();
  s.connection.start();
  await s.settle();
  s.latest().socket.open();
  s.latest().socket.drop(closeCode('overloaded'));
  await s.settle(250);
  expect(s.kinds()).toEqual(['websocket', 'websocket']);
});

test('T7: a transport that was refused with a Retry-After is tried again then', async () => {
  const s = scene();
  s.connection.start();
  await s.settle();
  s.latest().socket.drop(1006);
  await s.settle();
  Object.assign(s.latest().socket, { retryAfterMs: 3_000 });
  s.latest().socket.drop(1006);
  await s.settle();
  expect(s.connection.state).toMatchObject({
    kind: 'waiting',
    cause: 'lost',
    retryAt: s.environment.clock.now() + 3_000,
  });
});

test('T8: when no transport gets through although the server answers, the cause is socket-blocked', async () => {
  const s = scene();
  s.connection.start();
  for (let round = 0; round < 3; round++) {
    await s.settle();
    s.latest().socket.drop(1006);
  }
  await s.settle();
  expect(s.kinds()).toEqual(['websocket', 'stream', 'poll']);
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'socket-blocked' });
});

test('T8: what worked is where a reload begins', async () => {
  const s = await streaming();
  expect(s.memory.load()).toMatchObject({ kind: 'stream' });
  s.latest().socket.drop(1006);
  await s.settle(250);
  expect(s.kinds()).toEqual(['websocket', 'stream', 'stream']);
});

test('T9: polls in the place of a stream are not remembered as what works', async () => {
  const s = scene({ streams: false });
  s.connection.start();
  await s.settle();
  s.latest().socket.drop(1006);
  await s.settle();
  s.welcome('poll');
  expect(s.connection.state).toMatchObject({ transport: 'poll' });
  expect(s.memory.load()).toMatchObject({ kind: 'stream' });
});

test('T8: a WebSocket is tried beside it, and taken as soon as it is welcomed', async () => {
  const s = await streaming();
  const stream = s.latest().socket;
  await s.settle(WEBSOCKET_RETRY_FIRST_MS - 1);
  expect(s.kinds()).toEqual(['websocket', 'stream']);
  await s.settle(1);
  expect(s.kinds()).toEqual(['websocket', 'stream', 'websocket']);
  s.latest().socket.open();
  expect([stream.closed, s.connection.state]).toMatchObject([false, { transport: 'stream' }]);
  s.states.length = 0;
  s.latest().socket.welcome();
  expect(stream.closed).toBe(true);
  // Documents are notified to reopen without an intermediate state.
  expect(s.states).toMatchObject([
    { kind: 'connecting', cause: null },
    { kind: 'connected', transport: 'websocket' },
  ]);
  expect(s.memory.load()).toBeNull();
  s.connection.send({ type: 'typing:start', channel: 1 });
  await s.settle();
  expect(s.latest().socket.sentOf('typing:start')).toHaveLength(1);
  await s.settle(WEBSOCKET_RETRY_CAP_MS * 2);
  expect(s.kinds()).toHaveLength(3);
});

test('T8: while it stays blocked it is tried ever more seldom, and disturbs nothing', async () => {
  const s = await streaming();
  const tries: number[] = [];
  const start = s.environment.clock.now();
  for (let minute = 0; minute < 60; minute += 0.25) {
    await s.settle(15_000);
    if (s.latest().kind === 'stream') continue;
    if (!s.latest().socket.closed) {
      tries.push(Math.round((s.environment.clock.now() - start) / 1_000));
      s.latest().socket.drop(1006);
      s.latest().socket.closed = true;
    }
  }
  expect(tries.slice(0, 5)).toEqual([30, 90, 210, 450, 930]);
  const gaps = tries.slice(1).map((at, i) => at - (tries[i] as number));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(WEBSOCKET_RETRY_CAP_MS / 1_000 + 15);
  expect(s.connection.state).toMatchObject({ kind: 'connected', transport: 'stream' });
  expect(s.states.filter(({ kind }) => kind === 'connected')).toHaveLength(1);
});

test('T8: on another network it is tried at once', async () => {
  const s = await streaming();
  s.environment.emit('online');
  await s.settle();
  expect(s.kinds()).toEqual(['websocket', 'stream', 'websocket']);
});

test('T8: a try beside it ends with the connection', async () => {
  const s = await streaming();
  const stream = s.latest().socket;
  await s.settle(WEBSOCKET_RETRY_FIRST_MS);
  const probe = s.latest().socket;
  stream.drop(1006);
  expect(probe.closed).toBe(true);
});

test('T5: the server is notified when the page may go away', async () => {
  const s = await streaming();
  s.environment.emit('leaving');
  expect(s.left).toEqual([s.latest().socket]);
});
