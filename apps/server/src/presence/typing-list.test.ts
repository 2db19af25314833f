import { describe, expect, test } from 'vitest';
import { TYPING_EXPIRY_MS } from '@tandem/protocol';
import { TimerWheel } from '../runtime/timer-wheel.ts';
import { TIMER_WHEEL } from '../limits.ts';
import { TypingList } from './typing-list.ts';

function typing() {
  const wheel = new TimerWheel();
  let changes = 0;
  const list = new TypingList(wheel, () => changes++);
  const pass = (ms: number) => {
    for (let i = 0; i < ms / TIMER_WHEEL.tickMs; i++) wheel.turn();
  };
  return { list, pass, changes: () => changes };
}

describe('typing list', () => {
  test('tells of a start and a stop, and not of a refresh', () => {
    const { list, changes } = typing();
    list.start('ada');
    list.start('ada');
    expect([list.seenBy(null), changes()]).toEqual([['ada'], 1]);
    list.stop('ada');
    list.stop('ada');
    expect([list.seenBy(null), changes()]).toEqual([[], 2]);
  });

  test('forgets who does not refresh', () => {
    const { list, pass } = typing();
    list.start('ada');
    list.start('bob');
    pass(TYPING_EXPIRY_MS - TIMER_WHEEL.tickMs);
    list.start('ada');
    pass(TIMER_WHEEL.tickMs);
    expect(list.seenBy(null)).toEqual(['ada']);
    pass(TYPING_EXPIRY_MS);
    expect(list.seenBy(null)).toEqual([]);
  });

  test('names five, the oldest first, and nobody to themselves', () => {
    const { list } = typing();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) list.start(name);
    expect(list.seenBy(null)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(list.seenBy('b')).toEqual(['a', 'c', 'd', 'e', 'f']);
  });
});
