import {
  closeCode,
  errorOf,
  MAX_FRAME_BYTES,
  RECONNECT_FIRST_MS,
  RECONNECT_HEALTHY_AFTER_MS,
} from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { FakeSocket } from '../testing/fake-socket.ts';
import { Connection } from './connection.ts';
import type { Reachability, TokenAnswer } from './http-session.ts';

interface Scene {
  readonly environment: FakeEnvironment;
  readonly connection: Connection;
  readonly sockets: FakeSocket[];
  readonly tokens: { fresh: boolean }[];
  readonly answers: { token: TokenAnswer; reachable: Reachability };
  latest(): FakeSocket;
  settle(ms?: number): Promise<void>;
}

function scene(): Scene {
  const environment = new FakeEnvironment();
  const sockets: FakeSocket[] = [];
  const tokens: { fresh: boolean }[] = [];
  const answers: Scene['answers'] = {
    token: { kind: 'token', token: 't' },
    reachable: 'reachable',
  };
  const connection = new Connection({
    environment,
    schema: 1,
    socket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    token: async (options) => {
      tokens.push(options);
      return answers.token;
    },
    reachable: async () => answers.reachable,
  });
  return {
    environment,
    connection,
    sockets,
    tokens,
    answers,
    latest: () => sockets.at(-1) as FakeSocket,
    settle: (ms = 0) => environment.clock.advanceAsync(ms),
  };
}

async function connected(): Promise<Scene> {
  const s = scene();
  s.connection.start();
  await s.settle();
  s.latest().open();
  s.latest().welcome();
  return s;
}

test('W11: says hello first, and is connected when welcomed', async () => {
  const s = scene();
  s.connection.start();
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'connecting', attempt: 0 });
  s.latest().open();
  expect(s.latest().sent).toEqual([
    { type: 'hello', channel: 0, protocol: 1, schema: 1, token: 't' },
  ]);
  s.latest().welcome();
  expect(s.connection.state.kind).toBe('connected');
  expect(s.connection.user?.name).toBe('Amber Heron');
});

test('W11: hello names what listeners want open; what has no room follows the welcome', async () => {
  const s = scene();
  const stateVector = new Uint8Array(32_000);
  let asked = 0;
  s.connection.listen({
    requests: () =>
      ['one', 'too', 'two'].map((document) => ({
        type: 'open',
        channel: 0,
        ref: ++asked,
        document,
        client: 1,
        stateVector,
      })),
  });
  s.connection.start();
  await s.settle();
  s.latest().open();
  expect(s.latest().sentOf('hello')).toMatchObject([{ channels: [{ ref: 1 }, { ref: 2 }] }]);
  expect(s.latest().sentOf('open')).toHaveLength(2);
  s.latest().welcome();
  await s.settle();
  expect(s.latest().sentOf('open').at(-1)).toMatchObject({ ref: 3, document: 'two' });

  s.latest().drop(1006);
  await s.settle(250);
  s.latest().open();
  expect(s.latest().sentOf('hello')).toMatchObject([{ channels: [{ ref: 4 }, { ref: 5 }] }]);
});

test('W13: a silent network is noticed within 10 s', async () => {
  const s = await connected();
  await s.settle(8_000);
  expect(s.latest().sentOf('ping')).toHaveLength(1);
  expect(s.connection.state.kind).toBe('connected');
  await s.settle(2_000);
  expect(s.connection.state.kind).not.toBe('connected');
  expect(s.sockets[0]?.closed).toBe(true);
});

test('W13: with unconfirmed work it is noticed within 5 s', async () => {
  const s = await connected();
  s.connection.unsaved = true;
  await s.settle(3_000);
  expect(s.latest().sentOf('ping')).toHaveLength(1);
  await s.settle(2_000);
  expect(s.connection.state.kind).not.toBe('connected');
});

test('W13: any frame is an answer', async () => {
  const s = await connected();
  await s.settle(8_000);
  s.latest().answer({ type: 'typing:changed', channel: 4, users: [] });
  await s.settle(7_900);
  expect(s.connection.state.kind).toBe('connected');
  expect(s.latest().sentOf('ping')).toHaveLength(1);
});

test('W13: a hidden tab waits 35 s and does not ask', async () => {
  const s = await connected();
  s.environment.isVisible = false;
  await s.settle(34_000);
  expect(s.connection.state.kind).toBe('connected');
  await s.settle(12_000);
  expect(s.connection.state.kind).not.toBe('connected');
});

test('W13: waking, a network change and becoming visible ask at once', async () => {
  const s = await connected();
  s.environment.emit('wake');
  await s.settle();
  expect(s.latest().sentOf('ping')).toHaveLength(1);
  await s.settle(2_000);
  expect(s.connection.state.kind).not.toBe('connected');
});

test('W13: answers the ping of the server', async () => {
  const s = await connected();
  s.latest().answer({ type: 'ping', channel: 0, nonce: 42 });
  await s.settle();
  expect(s.latest().sentOf('pong')).toEqual([{ type: 'pong', channel: 0, nonce: 42 }]);
});

test('W9: comes back by itself, soon and then later', async () => {
  const s = await connected();
  await s.settle(5_000);
  s.latest().answer({ type: 'pong', channel: 0, nonce: 0 });
  await s.settle(6_000);
  s.latest().drop(1006);
  const first = s.connection.state;
  if (first.kind !== 'waiting') throw new Error(first.kind);
  expect(first.retryAt - s.environment.clock.now()).toBeLessThanOrEqual(250);
  await s.settle(250);
  expect(s.sockets).toHaveLength(2);
  s.latest().drop(1006);
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'socket-blocked' });
});

test('W9: the server sets the time of the next try', async () => {
  const s = await connected();
  s.latest().answer({ type: 'goaway', channel: 0, retryAfterMs: 4_321 });
  s.latest().drop(1012);
  expect(s.connection.state).toMatchObject({
    kind: 'waiting',
    retryAt: s.environment.clock.now() + 4_321,
  });
});

test('W9: a late close of the old socket does not end its successor', async () => {
  const s = await connected();
  const old = s.latest();
  const lateClose = old.onclose;
  await s.settle(10_000);
  await s.settle(3_000);
  s.latest().open();
  s.latest().welcome();
  lateClose?.({ code: 1006 } as CloseEvent);
  expect(s.connection.state.kind).toBe('connected');
});

test('W9: a refused token is renewed once, then the client stops', async () => {
  const s = await connected();
  s.latest().drop(closeCode('unauthenticated'));
  await s.settle(1);
  expect(s.tokens).toEqual([{ fresh: false }, { fresh: true }]);
  s.latest().open();
  s.latest().drop(closeCode('unauthenticated'));
  expect(s.connection.state).toMatchObject({ kind: 'stopped', error: { code: 'unauthenticated' } });
});

test.each(['forbidden', 'bad-message', 'version-unsupported'] as const)(
  'W9: %s stops',
  async (name) => {
    const s = await connected();
    s.latest().drop(closeCode(name));
    expect(s.connection.state).toMatchObject({ kind: 'stopped', error: errorOf(name) });
    await s.settle(60_000);
    expect(s.sockets).toHaveLength(1);
    s.connection.tryNow();
    await s.settle();
    expect(s.sockets).toHaveLength(2);
  },
);

const UNREADABLE = Uint8Array.from([2, 0, 1, 0xc1]);

test('W45: a message of an unknown type is skipped, and the connection goes on', async () => {
  const s = await connected();
  s.latest().answerBytes(Uint8Array.from([0xa0, 0x1f, 5, 3, 1, 2, 3]));
  expect(s.connection.state.kind).toBe('connected');
  s.latest().answer({ type: 'ping', channel: 0, nonce: 4 });
  await s.settle();
  expect(s.latest().sentOf('pong')).toEqual([{ type: 'pong', channel: 0, nonce: 4 }]);
  expect(s.sockets).toHaveLength(1);
});

test('W45: after a frame that cannot be read it reconnects; after the next it asks for a reload', async () => {
  const s = await connected();
  s.latest().answerBytes(UNREADABLE);
  const error = errorOf('version-unsupported');
  expect(s.connection.state).toMatchObject({ kind: 'waiting', error });
  await s.settle(RECONNECT_FIRST_MS);
  s.latest().open();
  s.latest().welcome();
  expect(s.connection.state.kind).toBe('connected');
  s.latest().answerBytes(UNREADABLE);
  expect(s.connection.state).toMatchObject({ kind: 'stopped', error });
  await s.settle(60_000);
  expect(s.sockets).toHaveLength(2);
});

test('W45: frames that cannot be read, with a healthy connection between them, cost one connection each', async () => {
  const s = await connected();
  s.latest().answersPings = true;
  for (let i = 0; i < 3; i++) {
    await s.settle(RECONNECT_HEALTHY_AFTER_MS);
    s.latest().answerBytes(UNREADABLE);
    await s.settle(RECONNECT_FIRST_MS);
    s.latest().open();
    s.latest().welcome();
    s.latest().answersPings = true;
    expect(s.connection.state.kind).toBe('connected');
  }
  expect(s.sockets).toHaveLength(4);
});

test('W9: after a temporary refusal over HTTP it comes back by itself', async () => {
  const s = scene();
  const error = errorOf('too-many', { retryAfterMs: 1_500 });
  s.answers.token = { kind: 'refused', error };
  s.connection.start();
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting' });
  s.answers.token = { kind: 'token', token: 't' };
  await s.settle(1_500);
  expect(s.sockets).toHaveLength(1);
});

test('tells a dead server, a blocked WebSocket and a missing network apart', async () => {
  const s = scene();
  s.answers.token = { kind: 'unreachable' };
  s.answers.reachable = 'unreachable';
  s.connection.start();
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'unreachable' });
  s.answers.token = { kind: 'token', token: 't' };
  s.answers.reachable = 'reachable';
  s.connection.tryNow();
  await s.settle();
  s.latest().drop(1006);
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'socket-blocked' });
  s.environment.isOnline = false;
  s.connection.tryNow();
  await s.settle();
  s.latest().drop(1006);
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'no-network' });
});

test('W9: a proxy that asks to sign in is told apart, and asked again until somebody has', async () => {
  const s = await connected();
  s.answers.reachable = 'sign-in';
  s.latest().drop(1006);
  await s.settle(2_000);
  s.latest().drop(1006);
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'sign-in' });
  s.answers.token = { kind: 'sign-in' };
  s.connection.tryNow();
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'sign-in' });
  s.answers.token = { kind: 'token', token: 't' };
  s.connection.tryNow();
  await s.settle();
  s.latest().open();
  s.latest().welcome();
  expect(s.connection.state.kind).toBe('connected');
});

test('W9: where nothing gets through, the next try asks for a token: health may be free of a login', async () => {
  const s = scene();
  s.connection.start();
  await s.settle();
  s.latest().drop(1006);
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'socket-blocked' });
  s.answers.token = { kind: 'sign-in' };
  s.connection.tryNow();
  await s.settle();
  expect(s.tokens).toEqual([{ fresh: false }, { fresh: true }]);
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'sign-in' });
});

test('W9: while it waits it says why the server sent it away, if the server did', async () => {
  const s = await connected();
  const error = errorOf('too-many', {
    detail: 'You have 20 connections open.',
    retryAfterMs: 9_000,
  });
  s.latest().answer({ type: 'error', channel: 0, error });
  s.latest().drop(closeCode('too-many'));
  expect(s.connection.state).toMatchObject({ kind: 'waiting', error });
  s.connection.tryNow();
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'connecting', error });
  s.latest().open();
  s.latest().welcome();
  s.latest().drop(1006);
  expect(s.connection.state).toMatchObject({ kind: 'waiting', error: null });
});

test('W9: what is refused over HTTP for now has its reason as well', async () => {
  const s = scene();
  const error = errorOf('too-many', { detail: 'Many people come.', retryAfterMs: 3_000 });
  s.answers.token = { kind: 'refused', error };
  s.connection.start();
  await s.settle();
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'unreachable', error });
});

test('T8: a WebSocket that does not open is given up after 4 s', async () => {
  const s = scene();
  s.connection.start();
  await s.settle(3_999);
  expect(s.connection.state.kind).toBe('connecting');
  await s.settle(1);
  expect(s.connection.state).toMatchObject({ kind: 'waiting', cause: 'socket-blocked' });
});

test('W11: one that opens and is not welcomed is given up after 10 s more', async () => {
  const s = scene();
  s.connection.start();
  await s.settle();
  s.latest().open();
  await s.settle(9_999);
  expect(s.connection.state.kind).toBe('connecting');
  await s.settle(1);
  expect(s.connection.state.kind).toBe('waiting');
});

describe('W35: before a token ends', () => {
  const ask = { type: 'authenticate', channel: 0, expiresAt: 5 } as const;

  test('the server asks, and hears a new one', async () => {
    const s = await connected();
    s.answers.token = { kind: 'token', token: 'newer' };
    s.latest().answer(ask);
    await s.settle();
    expect(s.tokens).toEqual([{ fresh: false }, { fresh: true }]);
    expect(s.latest().sentOf('token')).toEqual([{ type: 'token', channel: 0, token: 'newer' }]);
    s.latest().answer({ type: 'authenticated', channel: 0, expiresAt: 9 });
    expect(s.connection.state.kind).toBe('connected');
  });

  test('one that cannot be had is asked for again', async () => {
    const s = await connected();
    s.latest().answersPings = true;
    s.answers.token = { kind: 'unreachable' };
    s.latest().answer(ask);
    await s.settle(9_999);
    expect(s.tokens).toHaveLength(2);
    s.answers.token = { kind: 'token', token: 'newer' };
    await s.settle(1);
    expect(s.latest().sentOf('token')).toHaveLength(1);
    await s.settle(60_000);
    expect(s.tokens).toHaveLength(3);
  });

  test('one that comes after the connection ended is not said on the next', async () => {
    const s = await connected();
    s.answers.token = { kind: 'unreachable' };
    s.latest().answer(ask);
    await s.settle();
    s.latest().drop(1006);
    s.answers.token = { kind: 'token', token: 'newer' };
    await s.settle(250);
    s.latest().open();
    s.latest().welcome();
    s.latest().answersPings = true;
    await s.settle(30_000);
    expect(s.latest().sentOf('token')).toEqual([]);
  });
});

test('back online, it does not wait', async () => {
  const s = scene();
  s.answers.token = { kind: 'unreachable' };
  s.connection.start();
  await s.settle();
  expect(s.connection.state.kind).toBe('waiting');
  s.answers.token = { kind: 'token', token: 't' };
  s.environment.emit('online');
  await s.settle();
  expect(s.sockets).toHaveLength(1);
});

test('W7: a large message is cut into frames, one turn travels in one frame', async () => {
  const s = await connected();
  let frames = 0;
  const send = s.latest().send.bind(s.latest());
  s.latest().send = (data) => {
    frames++;
    expect(data.byteLength).toBeLessThanOrEqual(MAX_FRAME_BYTES);
    send(data);
  };
  s.connection.send({ type: 'typing:start', channel: 1 });
  s.connection.send({ type: 'presence:set', channel: 1, state: 'idle' });
  await s.settle();
  expect(frames).toBe(1);
  s.connection.send({
    type: 'update',
    channel: 1,
    cseq: 1,
    update: new Uint8Array(2.5 * MAX_FRAME_BYTES),
  });
  await s.settle();
  expect(frames).toBe(4);
});

test('closed, it forgets everything and tries nothing', async () => {
  const s = await connected();
  s.connection.close();
  expect(s.connection.state.kind).toBe('idle');
  await s.settle(100_000);
  expect(s.sockets).toHaveLength(1);
});
