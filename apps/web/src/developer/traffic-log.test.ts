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
  return { log, watch, stop: watch(), events: () => listener };
}

test('messages are counted by type and direction, with their bytes on the wire', () => {
  const { log, events } = watched();
  events().traffic?.('sent', { type: 'ping', channel: 0, nonce: 1 });
  events().traffic?.('sent', { type: 'ping', channel: 0, nonce: 2 });
  events().traffic?.('received', { type: 'leave', channel: 5 });
  vi.advanceTimersByTime(300);
  const { sent, received } = log.traffic.get();
  expect(sent.get('ping')).toEqual({ messages: 2, bytes: 8 });
  expect(received.get('leave')?.messages).toBe(1);
  expect(received.has('ping')).toBe(false);
});

test('a round trip is from a ping to its own pong', () => {
  const { log, events } = watched();
  events().traffic?.('sent', { type: 'ping', channel: 0, nonce: 7 });
  vi.advanceTimersByTime(40);
  events().traffic?.('received', { type: 'pong', channel: 0, nonce: 6 });
  events().traffic?.('received', { type: 'pong', channel: 0, nonce: 7 });
  vi.advanceTimersByTime(300);
  expect(log.traffic.get().roundTrips).toEqual([40]);
});

test('the newest fifty states are recorded in order until watching stops', () => {
  const { log, events, stop } = watched();
  for (let attempt = 0; attempt < 60; attempt++)
    events().state?.({ kind: 'connecting', attempt, cause: null, error: null });
  vi.advanceTimersByTime(300);
  const { states } = log.traffic.get();
  expect(states).toHaveLength(50);
  expect(states.at(-1)?.state).toMatchObject({ kind: 'connecting', attempt: 59 });
  stop();
  events().state?.({ kind: 'idle' });
  vi.advanceTimersByTime(300);
  expect(log.traffic.get().states.at(-1)?.state.kind).toBe('connecting');
});

test('watching again does not events the same state twice', () => {
  const { log, watch, stop } = watched();
  stop();
  watch();
  vi.advanceTimersByTime(300);
  expect(log.traffic.get().states).toHaveLength(1);
});
