import { PROBE_AFTER_MS, PROBE_TIMEOUT_MS } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { connected } from '../testing/connection-scene.ts';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { Liveness } from './liveness.ts';

const HOUR_MS = 3_600_000;

function scene() {
  const environment = new FakeEnvironment();
  const { clock } = environment;
  let offset = 0;
  const calls: string[] = [];
  const liveness = new Liveness(
    {
      random: environment.random,
      online: environment.online,
      visible: environment.visible,
      listen: (listener) => environment.listen(listener),
      frame: (run) => environment.frame(run),
      clock: {
        now: () => clock.now() + offset,
        setTimeout: (run, delayMs) => clock.setTimeout(run, delayMs),
        clearTimeout: (handle) => clock.clearTimeout(handle),
      },
    },
    { ping: () => calls.push('ping'), dead: () => calls.push('dead') },
  );
  liveness.recordActivity();
  liveness.start();
  const pass = (ms: number) => clock.advance(ms);
  return { calls, pass, liveness, setBack: (ms: number) => void (offset -= ms) };
}

test('W13: a silence is noticed in time, also when the clock is set back in it', () => {
  const { calls, pass, setBack } = scene();
  pass(PROBE_AFTER_MS / 2);
  setBack(HOUR_MS);
  pass(2 * PROBE_AFTER_MS);
  expect(calls[0]).toBe('ping');
  pass(PROBE_TIMEOUT_MS);
  expect(calls).toEqual(['ping', 'dead']);
});

test('W13: an answer that does not come is missed in time, also when the clock is set back meanwhile', () => {
  const { calls, pass, liveness, setBack } = scene();
  liveness.check();
  setBack(HOUR_MS);
  pass(2 * PROBE_TIMEOUT_MS);
  expect(calls).toEqual(['ping', 'dead']);
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
