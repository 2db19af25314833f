import { expect, it } from 'vitest';
import type { MessagePart } from '@tandem/protocol';
import { MIN_PROGRESS_BYTES, PARTS_TIMEOUT_MS, WHEEL_TICK_MS } from '../limits.ts';
import { PartAssembly } from './part-assembly.ts';
import { TimerWheel } from './timer-wheel.ts';

const part = (byte: number, last = false): MessagePart => ({
  type: 'part',
  channel: 0,
  last,
  bytes: new Uint8Array([byte]),
});

function assembly() {
  const wheel = new TimerWheel();
  let late = 0;
  const parts = new PartAssembly({ wheel, onLate: () => void late++ });
  const pass = (ms: number) => {
    for (let i = 0; i < ms / WHEEL_TICK_MS; i++) wheel.turn();
  };
  return { parts, pass, late: () => late };
}

it('W7 joins the parts of a message in their order', () => {
  const { parts, pass, late } = assembly();
  expect(parts.add(part(1))).toEqual({ kind: 'more' });
  pass(PARTS_TIMEOUT_MS - WHEEL_TICK_MS);
  expect(parts.add(part(2, true))).toEqual({ kind: 'whole', bytes: Buffer.from([1, 2]) });
  pass(PARTS_TIMEOUT_MS);
  expect([parts.open, late()]).toEqual([false, 0]);
});

it('W7 gives up on a message that does not go on, and waits for one that does, however slowly', () => {
  const { parts, pass, late } = assembly();
  parts.add(part(1));
  const large = { ...part(2), bytes: new Uint8Array(MIN_PROGRESS_BYTES) };
  for (let i = 0; i < 5; i++) {
    pass(PARTS_TIMEOUT_MS - WHEEL_TICK_MS);
    parts.add(large);
  }
  expect([parts.open, late()]).toEqual([true, 0]);
  pass(PARTS_TIMEOUT_MS / 2);
  parts.add(part(3));
  pass(PARTS_TIMEOUT_MS / 2);
  expect([parts.open, late()]).toEqual([false, 1]);
});

it('keeps nothing for a connection that is over', () => {
  const { parts, pass, late } = assembly();
  parts.add(part(1));
  parts[Symbol.dispose]();
  pass(PARTS_TIMEOUT_MS);
  expect([parts.open, late()]).toEqual([false, 0]);
});
