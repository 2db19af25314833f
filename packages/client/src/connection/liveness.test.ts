import { PROBE_AFTER_MS, PROBE_TIMEOUT_MS } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { Liveness } from './liveness.ts';

const HOUR_MS = 3_600_000;

/** The device clock can be set, by a person or the network, while timers run on. */
function scene() {
  const environment = new FakeEnvironment();
  const { clock } = environment;
  let offset = 0;
  const told: string[] = [];
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
    { ping: () => told.push('ping'), dead: () => told.push('dead') },
  );
  liveness.recordActivity();
  liveness.start();
  const pass = (ms: number) => clock.advance(ms);
  return { told, pass, liveness, setBack: (ms: number) => void (offset -= ms) };
}

test('W13: a silence is noticed in time, also when the clock is set back in it', () => {
  const { told, pass, setBack } = scene();
  pass(PROBE_AFTER_MS / 2);
  setBack(HOUR_MS);
  pass(2 * PROBE_AFTER_MS);
  expect(told[0]).toBe('ping');
  pass(PROBE_TIMEOUT_MS);
  expect(told).toEqual(['ping', 'dead']);
});

test('W13: an answer that does not come is missed in time, also when the clock is set back meanwhile', () => {
  const { told, pass, liveness, setBack } = scene();
  liveness.check();
  setBack(HOUR_MS);
  pass(2 * PROBE_TIMEOUT_MS);
  expect(told).toEqual(['ping', 'dead']);
});
