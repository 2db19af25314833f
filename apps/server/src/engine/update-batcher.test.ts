import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { batchingDelayMs, UpdateBatcher } from './update-batcher.ts';
import type { ShardRequest } from './shard-message.ts';
import { BATCHING } from './limits.ts';

const append = (document: string, cseq = 1): ShardRequest => ({
  kind: 'append',
  document,
  subscription: 1,
  cseq,
  user: 'ada',
  update: Uint8Array.of(cseq),
});
const close = (document: string): ShardRequest => ({ kind: 'close', document, subscription: 1 });

function start(readers = 2) {
  const clock = new ManualClock(1_000_000);
  const released: ShardRequest[][] = [];
  const hands = { offsetMs: 0 };
  const batcher = new UpdateBatcher({
    clock: {
      monotonicMs: () => 0,
      now: () => clock.now() + hands.offsetMs,
      setTimeout: (run, delayMs) => clock.setTimeout(run, delayMs),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    },
    readersOf: () => readers,
    release: (requests) => released.push([...requests]),
  });
  const load = (document: string, updates: number = BATCHING.busyUpdates) => {
    const buffered = Array.from({ length: updates }, () => batcher.buffer(append(document)));
    clock.advance(BATCHING.windowMs);
    return buffered;
  };
  return { clock, hands, batcher, released, load };
}

test('a document that few write to is never held back', () => {
  const { batcher, released, load } = start();
  for (let window = 0; window < 4; window++)
    expect(load('a', BATCHING.busyUpdates - 1)).not.toContain(true);
  expect(batcher.buffer(append('a'))).toBe(false);
  expect(released).toEqual([]);
});

test('of a burst, the first window is not held back, and what follows comes together and in its order', () => {
  const { clock, batcher, released, load } = start();
  expect(load('a')).not.toContain(true);
  expect(batcher.buffer(append('a', 1))).toBe(true);
  clock.advance(batchingDelayMs(2) - 1);
  expect(batcher.buffer(append('a', 2))).toBe(true);
  expect(released).toEqual([]);
  clock.advance(1);
  expect(released).toEqual([[append('a', 1), append('a', 2)]]);
});

test('what is for a document that waits does not overtake it; others are not held up', () => {
  const { clock, batcher, released, load } = start();
  load('a');
  batcher.buffer(append('a'));
  expect(batcher.buffer(append('b'))).toBe(false);
  expect(batcher.buffer(close('b'))).toBe(false);
  expect(batcher.buffer(close('a'))).toBe(true);
  clock.advance(batchingDelayMs(2));
  expect(released).toEqual([[append('a'), close('a')]]);
  expect(batcher.buffer(close('a'))).toBe(false);
});

test('the more who read, the longer it gathers', () => {
  expect(batchingDelayMs(2)).toBe(20);
  expect(batchingDelayMs(60)).toBe(30);
  expect(batchingDelayMs(10_000)).toBe(50);
});

test('a document is not busy any more after a quiet window', () => {
  const { clock, batcher, load } = start();
  load('a');
  clock.advance(BATCHING.windowMs);
  expect(batcher.buffer(append('a'))).toBe(false);
});

test('a clock that is set back holds nothing for longer', () => {
  const { hands, batcher, load } = start();
  load('a');
  hands.offsetMs = -3_600_000;
  expect(batcher.buffer(append('a'))).toBe(false);
  load('a');
  expect(batcher.buffer(append('a'))).toBe(true);
});

test('flush releases all there is at once', () => {
  const { clock, batcher, released, load } = start();
  load('b');
  batcher.buffer(append('b'));
  batcher.flush();
  clock.advance(1_000);
  expect(released).toEqual([[append('b')]]);
});
