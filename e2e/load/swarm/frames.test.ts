import { describe, expect, test } from 'vitest';
import { BINARY, clientFrame, FrameReader, TEXT } from './frames.ts';

function serverFrame(opcode: number, payload: Uint8Array): Buffer {
  const masked = clientFrame(opcode, payload);
  const header = masked.length - payload.length - 4;
  const frame = Buffer.concat([masked.subarray(0, header), payload]);
  frame[1] = (frame[1] as number) & 0x7f;
  return frame;
}

const SIZES = [0, 1, 125, 126, 65_535, 65_536, 200_000];

describe('FrameReader', () => {
  test.for([1, 2, 3, 7, 1_000, 1_000_000])('finds frames in pieces of %i bytes', (piece) => {
    const sizes = piece < 10 ? SIZES.slice(0, 4) : SIZES;
    const seen: [opcode: number, length: number, first: number | undefined][] = [];
    const reader = new FrameReader((opcode, payload) =>
      seen.push([opcode, payload.length, payload.at(-1)]),
    );
    const bytes = Buffer.concat(
      sizes.map((size, index) =>
        serverFrame(index % 2 === 0 ? BINARY : TEXT, Buffer.alloc(size, index)),
      ),
    );
    const shared = Buffer.alloc(Math.min(piece, bytes.length));
    for (let at = 0; at < bytes.length; at += piece) {
      const length = bytes.copy(shared, 0, at, at + piece);
      reader.read(shared.subarray(0, length));
      // The socket overwrites this buffer with its next chunk.
      shared.fill(0xff);
    }
    expect(seen).toEqual(
      sizes.map((size, index) => [
        index % 2 === 0 ? BINARY : TEXT,
        size,
        size === 0 ? undefined : index,
      ]),
    );
  });

  test('a fragmented message is rejected', () => {
    const reader = new FrameReader(() => {});
    expect(() => reader.read(Buffer.of(BINARY, 1, 0))).toThrow('cuts');
  });
});
