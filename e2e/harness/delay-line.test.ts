import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DelayLine } from './delay-line.ts';

const arrived: string[] = [];
let line: DelayLine;

beforeEach(() => {
  vi.useFakeTimers();
  arrived.length = 0;
  const socket = {
    write: (data: Buffer) => arrived.push(data.toString()),
    destroy: () => arrived.push('closed'),
  };
  line = new DelayLine(socket as unknown as Socket);
});
afterEach(() => void vi.useRealTimers());

const write = (text: string, latencyMs: number): void => line.write(Buffer.from(text), latencyMs);

test('what is not delayed passes at once', () => {
  write('a', 0);
  expect(arrived).toEqual(['a']);
});

test('what is delayed arrives after its time, and nothing overtakes it', () => {
  write('a', 100);
  write('b', 0);
  vi.advanceTimersByTime(99);
  expect(arrived).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(arrived).toEqual(['a', 'b']);
});

test('a paused line keeps everything until it is resumed', () => {
  write('a', 100);
  line.pause();
  vi.advanceTimersByTime(1_000);
  write('b', 0);
  expect(arrived).toEqual([]);
  line.resume();
  expect(arrived).toEqual(['a', 'b']);
});

test('a line ends when everything has arrived', () => {
  write('a', 100);
  line.end();
  expect(arrived).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(arrived).toEqual(['a', 'closed']);
});
