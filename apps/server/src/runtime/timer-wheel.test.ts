import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { SeededRandom } from '@tandem/testkit';
import { TIMER_WHEEL } from '../limits.ts';
import { Deadline, TimerWheel } from './timer-wheel.ts';

function stopwatch() {
  const wheel = new TimerWheel();
  const expired: { at: number; deadline: Deadline }[] = [];
  let at = 0;
  const owner = { expire: (deadline: Deadline) => void expired.push({ at, deadline }) };
  const turn = (count: number) => {
    for (let i = 0; i < count; i++) {
      at += TIMER_WHEEL.tickMs;
      wheel.turn();
    }
  };
  return { wheel, expired, owner, turn };
}

describe('timer wheel', () => {
  test('expires each deadline once, in its tick, over any distance', () => {
    const { wheel, expired, owner, turn } = stopwatch();
    const random = new SeededRandom(7);
    const wanted = Array.from({ length: 500 }, () => {
      const deadline = new Deadline(owner);
      const delayMs = 1 + Math.floor(random.next() * 90_000);
      wheel.arm(deadline, delayMs);
      return { deadline, at: Math.ceil(delayMs / TIMER_WHEEL.tickMs) * TIMER_WHEEL.tickMs };
    });
    turn(1_000);
    expect(expired).toHaveLength(500);
    for (const { deadline, at } of wanted)
      expect(expired.find((entry) => entry.deadline === deadline)?.at).toBe(at);
  });

  test('moves a deadline that is armed again and forgets one that is disarmed', () => {
    const { wheel, expired, owner, turn } = stopwatch();
    const moved = new Deadline(owner);
    const dropped = new Deadline(owner);
    wheel.arm(moved, 500);
    wheel.arm(dropped, 500);
    turn(4);
    wheel.arm(moved, 1_000);
    wheel.disarm(dropped);
    turn(9);
    expect(expired).toEqual([]);
    turn(1);
    expect(expired).toEqual([{ at: 1_400, deadline: moved }]);
    expect(moved.armed).toBe(false);
  });

  test('forgets one that is disarmed by another of the same tick', () => {
    const { wheel, expired, owner, turn } = stopwatch();
    const [first, second, third] = [0, 1, 2].map(() => new Deadline(owner));
    const killer = new Deadline({ expire: () => wheel.disarm(second as Deadline) });
    for (const deadline of [first, killer, second, third]) wheel.arm(deadline as Deadline, 300);
    turn(256 * 2);
    expect(expired.map(({ deadline }) => deadline)).toEqual([first, third]);
  });

  test('goes on after an owner that fails: those behind it are not forgotten', () => {
    const { wheel, expired, owner, turn } = stopwatch();
    const failing = new Deadline({
      expire: () => {
        throw new Error('failed');
      },
    });
    const behind = new Deadline(owner);
    wheel.arm(failing, 100);
    wheel.arm(behind, 100);
    expect(() => turn(1)).toThrow('failed');
    turn(256);
    expect(expired.map(({ deadline }) => deadline)).toEqual([behind]);
  });

  test('lets an owner arm again while it expires, a whole round away', () => {
    const { wheel, turn } = stopwatch();
    let count = 0;
    const deadline: Deadline = new Deadline({
      expire: () => {
        count++;
        wheel.arm(deadline, 256 * TIMER_WHEEL.tickMs);
      },
    });
    wheel.arm(deadline, 100);
    turn(1 + 256 * 3);
    expect(count).toBe(4);
  });

  test('runs a system timer only while timers are armed', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { wheel, expired, owner } = stopwatch();
    const [kept, dropped] = [new Deadline(owner), new Deadline(owner)];
    wheel.arm(kept, 1_000);
    expect(vi.getTimerCount()).toBe(0);
    wheel.start();
    wheel.arm(kept, 1_000);
    wheel.arm(dropped, 60_000);
    vi.advanceTimersByTime(1_000);
    expect(expired).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(1);
    wheel.disarm(dropped);
    wheel.disarm(dropped);
    vi.advanceTimersByTime(TIMER_WHEEL.tickMs);
    expect(vi.getTimerCount()).toBe(0);
    wheel.arm(kept, 1_000);
    vi.advanceTimersByTime(1_000);
    expect(expired).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});
