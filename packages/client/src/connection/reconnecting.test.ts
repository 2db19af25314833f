import { closeCode, errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { connected, scene } from '../testing/connection-scene.ts';

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

test('distinguishes a dead server, a blocked WebSocket and a missing network', async () => {
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

test('W9: a proxy that requires a sign-in is detected, and tried again until the person has signed in', async () => {
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

test('W9: after all transports failed, the next attempt fetches a token: health checks may need no login', async () => {
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

test('W9: while waiting, the state has the server’s reason for the close, if there was one', async () => {
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
