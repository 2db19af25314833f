import { expect, test } from 'vitest';
import { ManualClock } from '@tandem/testkit';
import { PacedTurns } from './paced-turns.ts';

function fixture() {
  const clock = new ManualClock();
  const next: (() => void)[] = [];
  const turns = new PacedTurns({ intervalMs: 4, clock, nextTurn: (run) => next.push(run) });
  const ran: string[] = [];
  const turn = () => next.splice(0).forEach((run) => run());
  return { clock, turns, ran, turn };
}

test('a callback runs in the next turn, not in this one', () => {
  const { turns, ran, turn } = fixture();
  turns.run(() => ran.push('a'));
  expect(ran).toEqual([]);
  turn();
  expect(ran).toEqual(['a']);
});

test('a callback soon after another one waits until the interval is over', () => {
  const { clock, turns, ran, turn } = fixture();
  turns.run(() => ran.push('a'));
  turn();
  clock.advance(1);
  turns.run(() => ran.push('b'));
  turn();
  clock.advance(2);
  expect(ran).toEqual(['a']);
  clock.advance(1);
  expect(ran).toEqual(['a', 'b']);
});

test('after a pause, a callback waits for nothing', () => {
  const { clock, turns, ran, turn } = fixture();
  turns.run(() => ran.push('a'));
  turn();
  clock.advance(4);
  turns.run(() => ran.push('b'));
  turn();
  expect(ran).toEqual(['a', 'b']);
});
