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

test('data without latency passes at once', () => {
  write('a', 0);
  expect(arrived).toEqual(['a']);
});

test('delayed data arrives after its latency, and later data does not overtake it', () => {
  write('a', 100);
  write('b', 0);
  vi.advanceTimersByTime(99);
  expect(arrived).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(arrived).toEqual(['a', 'b']);
});

test('a paused line keeps data until it is resumed', () => {
  write('a', 100);
  line.pause();
  vi.advanceTimersByTime(1_000);
  write('b', 0);
  expect(arrived).toEqual([]);
  line.resume();
  expect(arrived).toEqual(['a', 'b']);
});

test('a line ends after its last data', () => {
  write('a', 100);
  line.end();
  expect(arrived).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(arrived).toEqual(['a', 'closed']);
});
