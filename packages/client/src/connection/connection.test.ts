import {
  errorOf,
  MAX_FRAME_BYTES,
  RECONNECT_FIRST_MS,
  RECONNECT_HEALTHY_AFTER_MS,
} from '@tandem/protocol';
import { expect, test } from 'vitest';
import { connected, scene } from '../testing/connection-scene.ts';

test('W11: sends hello first, and is connected when welcomed', async () => {
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

test('W45: reconnects after an unreadable frame, and requires a reload after the next', async () => {
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

test('closed, it forgets everything and tries nothing', async () => {
  const s = await connected();
  s.connection.close();
  expect(s.connection.state.kind).toBe('idle');
  await s.settle(100_000);
  expect(s.sockets).toHaveLength(1);
});
