import { expect, test } from 'vitest';
import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { Frame, FrameMaker } from './frame.ts';

const join = (parts: readonly (Uint8Array | string)[]): string => parts.join('|');

// Missing from the types.
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => Writable };

function read(pieces: readonly Buffer[]): Promise<{ data: Buffer; isBinary: boolean }> {
  const receiver = new Receiver({ isServer: false, maxPayload: 1 << 24 });
  return new Promise((resolve, reject) => {
    receiver.on('message', (data: Buffer, isBinary: boolean) => resolve({ data, isBinary }));
    receiver.on('error', reject);
    receiver.write(Buffer.concat(pieces));
  });
}

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000])(
  'is a WebSocket frame of %d bytes',
  async (length) => {
    const data = new Uint8Array(length).map((_, i) => i);
    const { data: received, isBinary } = await read(new Frame(data).webSocket);
    expect(isBinary).toBe(true);
    expect(Buffer.compare(received, data)).toBe(0);
  },
);

test('is a text frame where the data is text', async () => {
  const { data, isBinary } = await read(new Frame('Füße, 手').webSocket);
  expect([data.toString(), isBinary]).toEqual(['Füße, 手', false]);
});

test('is made once for all who get the same', () => {
  const maker = new FrameMaker();
  const [a, b] = [Uint8Array.of(1), Uint8Array.of(1)];
  const first = maker.make([a, b], join);
  expect(maker.make([a, b], join)).toBe(first);
  expect(first.webSocket).toBe(first.webSocket);
  expect(maker.make([b, a], join)).not.toBe(first);
  expect(maker.make([a], join)).not.toBe(first);
  // Equal but not identical parts may come from another codec.
  expect(maker.make([b], join)).not.toBe(maker.make([a], join));
});
