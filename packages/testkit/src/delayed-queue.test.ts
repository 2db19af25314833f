import { expect, test } from 'vitest';
import { DelayedQueue } from './delayed-queue.ts';
import { ManualClock } from './manual-clock.ts';
import { SeededRandom } from './random.ts';

test('work runs in order, each piece within its delay', () => {
  const clock = new ManualClock();
  const queue = new DelayedQueue(clock, { random: new SeededRandom(1), maxDelayMs: 10 });
  const done: number[] = [];
  for (let piece = 0; piece < 20; piece++) queue.add(() => done.push(piece));
  expect(done).toEqual([]);
  clock.advance(10);
  expect(done).toEqual(Array.from({ length: 20 }, (_, piece) => piece));
});

test('a crash drops the work that has not started', () => {
  const clock = new ManualClock();
  const queue = new DelayedQueue(clock, { random: new SeededRandom(1), maxDelayMs: 10 });
  const done: string[] = [];
  queue.add(() => {
    done.push('first');
    queue.crash();
  });
  queue.add(() => done.push('second'));
  clock.runUntilIdle();
  expect(done).toEqual(['first']);
});
