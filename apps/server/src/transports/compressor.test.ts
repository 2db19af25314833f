import { randomBytes } from 'node:crypto';
import { PassThrough, type Writable } from 'node:stream';
import type { Socket } from 'node:net';
import * as ws from 'ws';
import { expect, test } from 'vitest';
import { COMPRESSION } from '../limits.ts';
import { Compressor } from './compressor.ts';
import { Frame } from './frame.ts';
import { OrderedFrames } from './ordered-frames.ts';

// Missing from the types.
const { Receiver, PerMessageDeflate } = ws as unknown as {
  readonly Receiver: new (options: object) => Writable;
  readonly PerMessageDeflate: new (options: object) => { accept(configurations: object[]): void };
};

/** What a browser reads. */
function receive(onMessage: (data: string) => void): Writable {
  const deflate = new PerMessageDeflate({ isServer: false });
  deflate.accept([{ server_no_context_takeover: [true], client_no_context_takeover: [true] }]);
  const extensions = { 'permessage-deflate': deflate };
  const receiver = new Receiver({ isServer: false, maxPayload: 1 << 24, extensions });
  receiver.on('message', (data: Buffer) => onMessage(data.toString()));
  return receiver;
}

const sizeOf = (pieces: readonly Buffer[]): number =>
  pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
const text = (length: number): string => 'compressible '.repeat(length / 13);

test.each([2_000, 65_000, 300_000])('a text of %d bytes is read as it was', async (length) => {
  const frame = new Frame(text(length));
  const pieces = await new Compressor(1_024).compress(frame);
  expect(sizeOf(pieces ?? [])).toBeLessThan(length / 10);
  const received = await new Promise((resolve) => {
    receive(resolve).write(Buffer.concat(pieces ?? []));
  });
  expect(received).toBe(frame.data);
});

test('small frames are left as they are, and so are those that would not be smaller', async () => {
  const compressor = new Compressor(1_024);
  expect(compressor.compress(new Frame(text(1_000)))).toBeNull();
  expect(await compressor.compress(new Frame(randomBytes(4_096)))).toBeNull();
});

test('a frame is compressed once for all connections', async () => {
  const compressor = new Compressor(1_024);
  const frame = new Frame(text(5_000));
  const [one, other] = [compressor.compress(frame), compressor.compress(frame)];
  expect(one).toBe(other);
  expect(await one).not.toBeNull();
});

test('frames are left as they are while too much waits', async () => {
  const compressor = new Compressor(1_024);
  const size = COMPRESSION.maxQueuedBytes / 4;
  const results = Array.from({ length: 10 }, () => compressor.compress(new Frame(text(size))));
  expect(results.filter((result) => result === null)).not.toHaveLength(0);
  for (const result of results) await result;
  expect(compressor.compress(new Frame(text(size)))).not.toBeNull();
});

test('frames are written in order, those that wait count, and the end comes after them', async () => {
  const stream = new PassThrough();
  const received: string[] = [];
  const reader = receive((data) => received.push(data));
  stream.pipe(reader);
  const ordered = new OrderedFrames(new Compressor(1_024), stream as unknown as Socket);
  const [small, large] = ['small', text(100_000)];
  expect(ordered.isFor([new Frame(small)])).toBe(false);
  expect(ordered.isFor([new Frame(small), new Frame(large)])).toBe(true);
  ordered.write([new Frame(large), new Frame(small)]);
  expect(ordered.isFor([new Frame(small)])).toBe(true);
  ordered.write([new Frame('second'), new Frame(large)]);
  expect(ordered.waitingBytes).toBe(2 * large.length + 'smallsecond'.length);
  await new Promise<void>((resolve) => ordered.afterLast(resolve));
  expect([ordered.isWaiting, ordered.waitingBytes]).toEqual([false, 0]);
  await expect.poll(() => received).toEqual([large, 'small', 'second', large]);
});

test('nothing is written to a connection that was destroyed meanwhile', async () => {
  const stream = new PassThrough();
  const ordered = new OrderedFrames(new Compressor(1_024), stream as unknown as Socket);
  ordered.write([new Frame(text(100_000))]);
  stream.destroy();
  await new Promise<void>((resolve) => ordered.afterLast(resolve));
  expect([ordered.isWaiting, stream.readableLength]).toEqual([false, 0]);
});
