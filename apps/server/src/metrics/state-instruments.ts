/** Gateway and engine gauges, read on scrape. */
import type { EngineStats } from '../engine/port.ts';
import { sumQueuedBytes, type ServerStats } from './connection-stats.ts';
import { reading, type Instrument } from './instruments.ts';
import type { Metrics } from './metrics.ts';

export function stateInstruments(
  serverStats: ServerStats,
  { connections, pendingCommands }: Pick<Metrics, 'connections' | 'pendingCommands'>,
  engine: EngineStats,
): readonly Instrument[] {
  const { kinds, total } = connections;
  const queuedBytes = sumQueuedBytes(serverStats.connections);
  let rooms = 0;
  let channels = 0;
  let members = 0;
  const nowMs = performance.now();
  const [oldestCommand] = pendingCommands;
  let oldestMs = oldestCommand?.startMs ?? nowMs;
  for (const room of serverStats.rooms) {
    rooms++;
    channels += room.channels;
    members += room.people;
    oldestMs = Math.min(oldestMs, room.oldestUnacknowledgedMs ?? nowMs);
  }
  const { shards } = engine;
  const sum = (value: (shard: (typeof shards)[number]) => number): number =>
    shards.reduce((all, shard) => all + value(shard), 0);
  return [
    reading(
      'tandem_connections',
      "Open connections, the self-probe's two among them.",
      kinds.map(({ transport, codec, count }) => ({ labels: { transport, codec }, value: count })),
    ),
    reading(
      'tandem_drain_remaining',
      'Connections that have yet to leave before a restart.',
      serverStats.state === 'draining' ? total : 0,
    ),
    reading('tandem_send_queue_bytes', 'Bytes that wait to go out to connections.', queuedBytes),
    reading('tandem_rooms', 'Documents that somebody has open.', rooms),
    reading('tandem_channels', 'Documents open on connections.', channels),
    reading('tandem_presence_members', 'People shown in rooms.', members),
    reading(
      'tandem_oldest_unacknowledged_seconds',
      'Age of the oldest update or command without an answer; 0 without one.',
      (nowMs - oldestMs) / 1_000,
    ),
    reading(
      'tandem_engine_documents',
      'Documents in the memory of the engine.',
      sum((shard) => shard.documents),
    ),
    reading(
      'tandem_engine_queue_bytes',
      'Bytes of updates that wait for their commit.',
      sum((shard) => shard.queuedBytes),
    ),
    reading(
      'tandem_journal_rows_total',
      'Updates committed.',
      sum((shard) => shard.rows),
      'counter',
    ),
    reading(
      'tandem_engine_restarts_total',
      'Engine workers that ended and were replaced.',
      sum((shard) => shard.restarts),
      'counter',
    ),
    reading(
      'tandem_engine_stalled_shards',
      'Shards whose commits fail or whose worker is gone.',
      sum((shard) => (shard.state === 'running' ? 0 : 1)),
    ),
  ];
}
