import { expect, test } from 'vitest';
import type { MessageFragment } from '@tandem/protocol';
import { FRAGMENTS, TIMER_WHEEL } from '../../limits.ts';
import { FragmentAssembly } from './fragment-assembly.ts';
import { TimerWheel } from '../../runtime/timer-wheel.ts';

const part = (byte: number, last = false): MessageFragment => ({
  type: 'fragment',
  channel: 0,
  last,
  bytes: new Uint8Array([byte]),
});

function assembly() {
  const wheel = new TimerWheel();
  let late = 0;
  const parts = new FragmentAssembly({ wheel, onLate: () => void late++ });
  const pass = (ms: number) => {
    for (let i = 0; i < ms / TIMER_WHEEL.tickMs; i++) wheel.turn();
  };
  return { parts, pass, late: () => late };
}

test('W7 joins the parts of a message in their order', () => {
  const { parts, pass, late } = assembly();
  expect(parts.add(part(1))).toEqual({ kind: 'more' });
  pass(FRAGMENTS.timeoutMs - TIMER_WHEEL.tickMs);
  expect(parts.add(part(2, true))).toEqual({ kind: 'whole', bytes: Buffer.from([1, 2]) });
  pass(FRAGMENTS.timeoutMs);
  expect([parts.open, late()]).toEqual([false, 0]);
});

test('W7 gives up on a message that does not go on, and waits for one that does, however slowly', () => {
  const { parts, pass, late } = assembly();
  parts.add(part(1));
  const large = { ...part(2), bytes: new Uint8Array(FRAGMENTS.minProgressBytes) };
  for (let i = 0; i < 5; i++) {
    pass(FRAGMENTS.timeoutMs - TIMER_WHEEL.tickMs);
    parts.add(large);
  }
  expect([parts.open, late()]).toEqual([true, 0]);
  pass(FRAGMENTS.timeoutMs / 2);
  parts.add(part(3));
  pass(FRAGMENTS.timeoutMs / 2);
  expect([parts.open, late()]).toEqual([false, 1]);
});

test('keeps nothing for a connection that is over', () => {
  const { parts, pass, late } = assembly();
  parts.add(part(1));
  parts[Symbol.dispose]();
  pass(FRAGMENTS.timeoutMs);
  expect([parts.open, late()]).toEqual([false, 0]);
});
