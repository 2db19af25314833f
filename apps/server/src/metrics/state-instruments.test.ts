import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RoomView } from './connection-stats.ts';
import { Metrics } from './metrics.ts';
import { stateInstruments } from './state-instruments.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function oldestUnacknowledged(
  metrics: Metrics,
  rooms: readonly Pick<RoomView, 'oldestUnacknowledgedMs'>[] = [],
): number | undefined {
  const stats = {
    certificateExpiresAtMs: null,
    state: 'open',
    connections: [],
    cluster: null,
    rooms: rooms as readonly RoomView[],
  } as const;
  const instruments = stateInstruments(stats, metrics, {
    engine: { shards: [], compactions: 0 },
    jobs: null,
  });
  const gauge = instruments.find(({ name }) => name === 'tandem_oldest_unacknowledged_seconds');
  return [...(gauge?.samples() ?? [])][0]?.value;
}

test('the oldest update or command without an answer is seen while it waits', () => {
  const metrics = new Metrics();
  expect(oldestUnacknowledged(metrics)).toBe(0);
  const command = { startMs: performance.now() };
  metrics.pendingCommands.add(command);
  vi.advanceTimersByTime(3_000);
  metrics.pendingCommands.add({ startMs: performance.now() });
  vi.advanceTimersByTime(2_000);
  const quiet = { oldestUnacknowledgedMs: null };
  expect(oldestUnacknowledged(metrics, [quiet])).toBe(5);
  const waiting = { oldestUnacknowledgedMs: performance.now() - 9_000 };
  expect(oldestUnacknowledged(metrics, [quiet, waiting])).toBe(9);
  metrics.pendingCommands.delete(command);
  expect(oldestUnacknowledged(metrics)).toBe(2);
});
