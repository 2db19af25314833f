import { describe, expect, test } from 'vitest';
import { type Clock, ManualClock } from './manual-clock.ts';
import { SeededRandom } from './random.ts';

describe('ManualClock', () => {
  test('runs timers by due time, and by order of setting among equals', () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    clock.setTimeout(() => ran.push('20 first'), 20);
    clock.setTimeout(() => ran.push('10'), 10);
    clock.setTimeout(() => ran.push('20 second'), 20);
    clock.setTimeout(() => ran.push('21'), 21);
    clock.advance(20);
    expect(ran).toEqual(['10', '20 first', '20 second']);
    expect(clock.now()).toBe(20);
    expect(clock.pending).toBe(1);
    expect(clock.nextDueMs).toBe(21);
  });

  test('shows each timer its own time, and runs the timers that it sets once they are due', () => {
    const clock = new ManualClock(1000);
    const times: number[] = [];
    clock.setTimeout(() => {
      times.push(clock.now());
      clock.setTimeout(() => times.push(clock.now()), 5);
      clock.setTimeout(() => times.push(clock.now()), 50);
    }, 10);
    clock.advance(20);
    expect(times).toEqual([1010, 1015]);
    expect(clock.now()).toBe(1020);
  });

  test('a cleared timer does not run; clearing one that ran or is not there is nothing', () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    const kept = clock.setTimeout(() => ran.push('kept'), 1);
    clock.clearTimeout(clock.setTimeout(() => ran.push('cleared'), 1));
    clock.clearTimeout(undefined);
    clock.advance(1);
    clock.clearTimeout(kept);
    expect(ran).toEqual(['kept']);
  });

  test('a delay below zero or not a number is zero, and time does not run backwards', () => {
    const clock = new ManualClock(5);
    const times: number[] = [];
    clock.setTimeout(() => times.push(clock.now()), -3);
    clock.setTimeout(() => times.push(clock.now()), Number.NaN);
    clock.advance(0);
    expect(times).toEqual([5, 5]);
  });

  test('an error of a timer is rethrown, and the other timers stay', () => {
    const clock = new ManualClock();
    let ran = false;
    clock.setTimeout(() => {
      throw new Error('boom');
    }, 1);
    clock.setTimeout(() => (ran = true), 2);
    expect(() => clock.advance(10)).toThrow('boom');
    expect(clock.now()).toBe(1);
    clock.advance(1);
    expect(ran).toBe(true);
  });

  test('runUntilIdle returns how long it took, and throws when timers repeat forever', () => {
    const clock = new ManualClock();
    clock.setTimeout(() => clock.setTimeout(() => undefined, 30), 12);
    expect(clock.runUntilIdle()).toBe(42);
    const repeat = () => void clock.setTimeout(repeat, 1);
    repeat();
    expect(() => clock.runUntilIdle()).toThrow('not idle');
  });

  test('advanceAsync lets awaits settle before, between and after timers', async () => {
    const clock = new ManualClock();
    const sleep = (ms: number) =>
      new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
    const times: number[] = [];
    const work = async () => {
      await Promise.resolve();
      for (let i = 0; i < 3; i++) {
        await sleep(10);
        times.push(clock.now());
      }
    };
    const done = work();
    await clock.advanceAsync(30);
    expect(times).toEqual([10, 20, 30]);
    await done;
  });

  test('agrees with a plain sorted list over random use', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = new SeededRandom(seed);
      const clock = new ManualClock();
      const ran: string[] = [];
      const set = Array.from({ length: 40 }, (_, i) => {
        const due = random.int(0, 12);
        return { i, due, handle: clock.setTimeout(() => ran.push(`${due}:${i}`), due) };
      });
      const kept = set.filter(({ handle }) => {
        const clear = random.chance(0.3);
        if (clear) clock.clearTimeout(handle);
        return !clear;
      });
      clock.runUntilIdle();
      kept.sort((a, b) => a.due - b.due || a.i - b.i);
      expect(ran, `seed ${seed}`).toEqual(kept.map(({ due, i }) => `${due}:${i}`));
    }
  });

  test('platform timers have the shape of a Clock', () => {
    const handles = new Map<number, () => void>();
    const platform = {
      now: () => 0,
      setTimeout: (run: () => void, _delayMs: number) => handles.set(1, run).size,
      clearTimeout: (handle: number | undefined) => void handles.delete(handle ?? 0),
    };
    const clock: Clock = { ...platform, clearTimeout: (h) => platform.clearTimeout(h as number) };
    clock.clearTimeout(clock.setTimeout(() => undefined, 1));
    expect(handles.size).toBe(0);
  });
});
