import type { Client, ConnectionListener } from '@tandem/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TrafficLog } from './traffic-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched() {
  const log = new TrafficLog();
  let listener: ConnectionListener = {};
  const connection = {
    state: { kind: 'idle' },
    listen: (given: ConnectionListener) => {
      listener = given;
      return () => {
        listener = {};
      };
    },
  };
  const watch = () => log.watch({ connection } as unknown as Client);
  return { log, watch, stop: watch(), said: () => listener };
}

test('messages are counted by type and direction, with their bytes on the wire', () => {
  const { log, said } = watched();
  said().traffic?.('sent', { type: 'ping', channel: 0, nonce: 1 });
  said().traffic?.('sent', { type: 'ping', channel: 0, nonce: 2 });
  said().traffic?.('received', { type: 'leave', channel: 5 });
  vi.advanceTimersByTime(300);
  const { sent, received } = log.traffic.get();
  expect(sent.get('ping')).toEqual({ messages: 2, bytes: 8 });
  expect(received.get('leave')?.messages).toBe(1);
  expect(received.has('ping')).toBe(false);
});

test('a round trip is from a ping to its own pong', () => {
  const { log, said } = watched();
  said().traffic?.('sent', { type: 'ping', channel: 0, nonce: 7 });
  vi.advanceTimersByTime(40);
  said().traffic?.('received', { type: 'pong', channel: 0, nonce: 6 });
  said().traffic?.('received', { type: 'pong', channel: 0, nonce: 7 });
  vi.advanceTimersByTime(300);
  expect(log.traffic.get().roundTrips).toEqual([40]);
});

test('the newest fifty states are recorded in order until watching stops', () => {
  const { log, said, stop } = watched();
  for (let attempt = 0; attempt < 60; attempt++)
    said().state?.({ kind: 'connecting', attempt, cause: null, error: null });
  vi.advanceTimersByTime(300);
  const { states } = log.traffic.get();
  expect(states).toHaveLength(50);
  expect(states.at(-1)?.state).toMatchObject({ kind: 'connecting', attempt: 59 });
  stop();
  said().state?.({ kind: 'idle' });
  vi.advanceTimersByTime(300);
  expect(log.traffic.get().states.at(-1)?.state.kind).toBe('connecting');
});

test('watching again does not record the same state twice', () => {
  const { log, watch, stop } = watched();
  stop();
  watch();
  vi.advanceTimersByTime(300);
  expect(log.traffic.get().states).toHaveLength(1);
});
