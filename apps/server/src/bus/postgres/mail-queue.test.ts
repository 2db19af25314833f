import { expect, test } from 'vitest';
import { MailQueue } from './mail-queue.ts';

const KIB = 1024;

test('BU32: everything that waits is one batch, with frames end to end', () => {
  const queue = new MailQueue();
  expect(queue.push('a', Uint8Array.of(1, 2))).toBe(true);
  expect(queue.push('b', new Uint8Array())).toBe(true);
  expect(queue.push('a', Uint8Array.of(3))).toBe(true);
  expect(queue.take()).toEqual({
    nodes: ['a', 'b', 'a'],
    positions: [1, 3, 3],
    lengths: [2, 0, 1],
    bytes: Buffer.from([1, 2, 3]),
  });
  expect(queue.isEmpty).toBe(true);
});

test('BU32: a batch has at most 1,000 messages and 1 MiB', () => {
  const queue = new MailQueue();
  for (let i = 0; i < 1001; i++) queue.push('a', new Uint8Array(1));
  expect([queue.take().nodes.length, queue.take().nodes.length]).toEqual([1000, 1]);
  for (let i = 0; i < 5; i++) queue.push('a', new Uint8Array(256 * KIB));
  expect([queue.take().nodes.length, queue.take().nodes.length]).toEqual([4, 1]);
});

test('BU5: at most 4,096 messages and 8 MiB wait', () => {
  const queue = new MailQueue();
  const pushed = (size: number) => {
    let count = 0;
    while (queue.push('a', new Uint8Array(size))) count++;
    return count;
  };
  expect(pushed(1)).toBe(4096);
  queue.take();
  expect(pushed(1)).toBe(1000);
  queue.clear();
  expect(pushed(256 * KIB)).toBe(32);
  queue.clear();
  expect(queue.isEmpty).toBe(true);
  expect(pushed(256 * KIB)).toBe(32);
});
