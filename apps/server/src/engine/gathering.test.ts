import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { Gathering } from './gathering.ts';
import type { HostRequest } from './host-message.ts';
import { gatherMs, HOT_UPDATES, HOT_WINDOW_MS } from './limits.ts';

const append = (document: string, cseq = 1): HostRequest => ({
  kind: 'append',
  document,
  subscription: 1,
  cseq,
  user: 'ada',
  update: Uint8Array.of(cseq),
});
const close = (document: string): HostRequest => ({ kind: 'close', document, subscription: 1 });

function start(readers = 2) {
  const clock = new ManualClock(1_000_000);
  const released: HostRequest[][] = [];
  const hands = { offsetMs: 0 };
  const gathering = new Gathering({
    clock: {
      now: () => clock.now() + hands.offsetMs,
      setTimeout: (run, delayMs) => clock.setTimeout(run, delayMs),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    },
    readersOf: () => readers,
    release: (requests) => released.push([...requests]),
  });
  /** A window of that many updates, and the beginning of the next. */
  const heat = (document: string, updates = HOT_UPDATES) => {
    const held = Array.from({ length: updates }, () => gathering.hold(append(document)));
    clock.advance(HOT_WINDOW_MS);
    return held;
  };
  return { clock, hands, gathering, released, heat };
}

test('a document that few write to is never held back', () => {
  const { gathering, released, heat } = start();
  for (let window = 0; window < 4; window++) expect(heat('a', HOT_UPDATES - 1)).not.toContain(true);
  expect(gathering.hold(append('a'))).toBe(false);
  expect(released).toEqual([]);
});

test('of a burst, the first window is not held back, and what follows comes together and in its order', () => {
  const { clock, gathering, released, heat } = start();
  expect(heat('a')).not.toContain(true);
  expect(gathering.hold(append('a', 1))).toBe(true);
  clock.advance(gatherMs(2) - 1);
  expect(gathering.hold(append('a', 2))).toBe(true);
  expect(released).toEqual([]);
  clock.advance(1);
  expect(released).toEqual([[append('a', 1), append('a', 2)]]);
});

test('what is for a document that waits does not overtake it; others are not held up', () => {
  const { clock, gathering, released, heat } = start();
  heat('a');
  gathering.hold(append('a'));
  expect(gathering.hold(append('b'))).toBe(false);
  expect(gathering.hold(close('b'))).toBe(false);
  expect(gathering.hold(close('a'))).toBe(true);
  clock.advance(gatherMs(2));
  expect(released).toEqual([[append('a'), close('a')]]);
  expect(gathering.hold(close('a'))).toBe(false);
});

test('the more who read, the longer it gathers', () => {
  expect(gatherMs(2)).toBe(20);
  expect(gatherMs(60)).toBe(30);
  expect(gatherMs(10_000)).toBe(50);
});

test('a document is not hot any more after a quiet window', () => {
  const { clock, gathering, heat } = start();
  heat('a');
  clock.advance(HOT_WINDOW_MS);
  expect(gathering.hold(append('a'))).toBe(false);
});

test('a clock that is set back holds nothing for longer', () => {
  const { hands, gathering, heat } = start();
  heat('a');
  hands.offsetMs = -3_600_000;
  expect(gathering.hold(append('a'))).toBe(false);
  heat('a');
  expect(gathering.hold(append('a'))).toBe(true);
});

test('flush releases all there is at once', () => {
  const { clock, gathering, released, heat } = start();
  heat('b');
  gathering.hold(append('b'));
  gathering.flush();
  clock.advance(1_000);
  expect(released).toEqual([[append('b')]]);
});
