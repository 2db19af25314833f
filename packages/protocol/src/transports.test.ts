import { expect, test } from 'vitest';
import { encodePart, PartReader, type TransportPart } from './transports.ts';

const frame = (length: number, byte = 7): TransportPart => ({
  kind: 'frame',
  data: new Uint8Array(length).fill(byte),
});
const close: TransportPart = { kind: 'close', code: 4401, reason: 'unauthenticated' };

function joined(parts: readonly TransportPart[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...encodePart(part)]));
}

test('T2: the bytes of a part', () => {
  expect([...encodePart({ kind: 'frame', data: Uint8Array.of(9, 8) })]).toEqual([1, 2, 9, 8]);
  expect([...encodePart({ kind: 'close', code: 1000, reason: 'x' })]).toEqual([
    2, 4, 0xe8, 7, 1, 120,
  ]);
});

test('T2: wherever a body is cut, its parts are the same', () => {
  const parts = [frame(0), frame(1), frame(127, 1), frame(128, 2), frame(300, 3), close];
  const body = joined(parts);
  for (let size = 1; size < body.length; size = size < 20 ? size + 1 : size * 2) {
    const reader = new PartReader(300);
    const read: TransportPart[] = [];
    for (let at = 0; at < body.length; at += size)
      read.push(...reader.push(body.subarray(at, at + size)));
    expect(read).toEqual(parts);
    expect(reader.isAtEnd).toBe(true);
  }
});

test('T2: a part that is not whole is waited for', () => {
  const reader = new PartReader(100);
  expect(reader.push(encodePart(frame(50)).subarray(0, 40))).toEqual([]);
  expect(reader.isAtEnd).toBe(false);
});

test.each([
  ['larger than allowed', encodePart(frame(101))],
  ['of a length without end', Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff, 0xff)],
  ['of an unknown kind', Uint8Array.of(3, 0)],
  ['that closes without a code', Uint8Array.of(2, 0)],
])('T2: a part %s is refused', (_what, bytes) => {
  expect(() => new PartReader(100).push(bytes)).toThrow();
});
