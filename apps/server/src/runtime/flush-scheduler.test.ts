import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FLUSH } from '../limits.ts';
import { systemClock } from './clock.ts';
import { FlushScheduler, type FlushSchedulerOptions } from './flush-scheduler.ts';
import { fakeConnection } from '../connection/testing/fake-connection.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function flushable(isLoaded: boolean) {
  const flushed: number[] = [];
  return { isLoaded, flushed, flush: (nowMs: number) => void flushed.push(nowMs) };
}

const scheduler = (options: Partial<FlushSchedulerOptions> = {}) =>
  new FlushScheduler({ clock: systemClock, onEnd: () => {}, isHeld: () => false, ...options });

test('flushes at the end of the turn', () => {
  const turn = scheduler();
  const one = flushable(false);
  turn.add(one);
  expect(one.flushed).toHaveLength(0);
  vi.advanceTimersByTime(0);
  expect(one.flushed).toHaveLength(1);
});

test('flushes loaded connections together, at the longer interval', () => {
  let ends = 0;
  const turn = scheduler({ onEnd: () => void ends++ });
  const [one, other] = [flushable(true), flushable(true)];
  turn.add(one);
  vi.advanceTimersByTime(FLUSH.loadedIntervalMs - 1);
  turn.add(other);
  expect(one.flushed).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect([one.flushed.length, other.flushed.length, ends]).toEqual([1, 1, 1]);
});

test('flushes very many connections in slices, with a turn between them', () => {
  let ends = 0;
  const turn = scheduler({ onEnd: () => void ends++ });
  const crowd = Array.from({ length: FLUSH.maxUnsliced + FLUSH.sliceSize + 1 }, () =>
    flushable(false),
  );
  for (const one of crowd) turn.add(one);
  const written = () => crowd.filter(({ flushed }) => flushed.length === 1).length;
  const late = flushable(false);
  vi.advanceTimersToNextTimer();
  turn.add(late);
  expect([written(), ends]).toEqual([FLUSH.sliceSize, 0]);
  vi.advanceTimersToNextTimer();
  expect([written(), late.flushed.length]).toEqual([2 * FLUSH.sliceSize, 0]);
  vi.runAllTimers();
  expect([written(), late.flushed.length, ends]).toEqual([crowd.length, 1, 1]);
});

function write(
  fake: ReturnType<typeof fakeConnection>,
  times: number,
  gapMs: number,
  messages = 1,
) {
  for (let time = 0; time < times; time++) {
    for (let message = 0; message < messages; message++) fake.connection.queue('x');
    fake.turn(gapMs);
  }
}

test('a connection that writes again and again becomes loaded; one of people who type does not', () => {
  const fake = fakeConnection();
  write(fake, 5 * FLUSH.loadedAfterWrites, FLUSH.loadedGapMs);
  expect(fake.connection.isLoaded).toBe(false);
  write(fake, FLUSH.loadedAfterWrites, FLUSH.loadedGapMs - 1);
  expect(fake.connection.isLoaded).toBe(true);
});

test('is loaded as long as waiting brings messages together', () => {
  const fake = fakeConnection();
  write(fake, FLUSH.loadedAfterWrites, 1);
  write(fake, 10, FLUSH.loadedIntervalMs, 2);
  expect(fake.connection.isLoaded).toBe(true);
  write(fake, 1, FLUSH.loadedIntervalMs);
  expect(fake.connection.isLoaded).toBe(false);
});

test('flushes nothing while it is held, and everything in order afterwards', () => {
  let isHeld = true;
  const turn = scheduler({ isHeld: () => isHeld });
  const [one, loaded] = [flushable(false), flushable(true)];
  turn.add(one);
  turn.add(loaded);
  vi.advanceTimersByTime(1_000);
  expect([one.flushed, loaded.flushed]).toEqual([[], []]);
  isHeld = false;
  vi.advanceTimersByTime(FLUSH.heldIntervalMs);
  expect([one.flushed.length, loaded.flushed.length]).toEqual([1, 1]);
});
