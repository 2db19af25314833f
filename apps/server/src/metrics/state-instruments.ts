/** Gateway and engine gauges, read on scrape. */
import type { EngineStats } from '../engine/port.ts';
import type { JobCounts } from '../storage/jobs/job-store.ts';
import { sumQueuedBytes, type ServerStats } from './connection-stats.ts';
import { Counter, Gauge, type Instrument } from './instruments.ts';
import type { Metrics } from './metrics.ts';

export function stateInstruments(
  serverStats: ServerStats,
  {
    connections,
    pendingCommands,
    clock,
  }: Pick<Metrics, 'connections' | 'pendingCommands' | 'clock'>,
  { engine, jobs }: { readonly engine: EngineStats; readonly jobs: JobCounts | null },
): readonly Instrument[] {
  const { kinds, total } = connections;
  const { certificateExpiresAtMs } = serverStats;
  const queuedBytes = sumQueuedBytes(serverStats.connections);
  let rooms = 0;
  let channels = 0;
  let members = 0;
  const nowMs = clock.monotonicMs();
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
    new Gauge(
      'tandem_connections',
      "Open connections, the self-probe's two among them.",
      kinds.map(({ transport, codec, count }) => ({ labels: { transport, codec }, value: count })),
    ),
    new Gauge(
      'tandem_drain_remaining',
      'Connections that are still open while the server drains.',
      serverStats.state === 'draining' ? total : 0,
    ),
    new Gauge(
      'tandem_certificate_expiry_timestamp_seconds',
      'When the certificate of the port expires, since the epoch; none without TLS_CERT.',
      certificateExpiresAtMs === null ? [] : certificateExpiresAtMs / 1_000,
    ),
    new Gauge('tandem_send_queue_bytes', 'Bytes that wait to be sent to connections.', queuedBytes),
    new Gauge('tandem_rooms', 'Documents that are open.', rooms),
    new Gauge('tandem_channels', 'Documents open on connections.', channels),
    new Gauge('tandem_presence_members', 'People shown in rooms.', members),
    new Gauge(
      'tandem_oldest_unacknowledged_seconds',
      'Age of the oldest opening, update or command without an answer; 0 without one.',
      (nowMs - oldestMs) / 1_000,
    ),
    new Gauge(
      'tandem_engine_documents',
      'Documents in the memory of the engine.',
      sum((shard) => shard.documents),
    ),
    new Gauge(
      'tandem_engine_queue_bytes',
      'Bytes of updates that wait for their commit.',
      sum((shard) => shard.queuedBytes),
    ),
    new Counter(
      'tandem_journal_rows_total',
      'Updates committed.',
      sum((shard) => shard.rows),
    ),
    new Counter(
      'tandem_journal_conflicts_total',
      'Appends that met another process, and were repeated.',
      sum((shard) => shard.conflicts),
    ),
    new Counter(
      'tandem_engine_restarts_total',
      'Engine workers that ended and were replaced.',
      sum((shard) => shard.restarts),
    ),
    new Gauge(
      'tandem_engine_stalled_shards',
      'Shards whose commits fail or do not end, or whose worker is gone.',
      sum((shard) => (shard.state === 'running' ? 0 : 1)),
    ),
    new Gauge(
      'tandem_jobs_waiting',
      'Jobs of the whole cluster that are due and not taken; none while the database does not answer.',
      jobs?.waiting ?? [],
    ),
    new Gauge(
      'tandem_jobs_oldest_waiting_seconds',
      'How long the first of them has been due; 0 without one.',
      jobs === null ? [] : jobs.oldestWaitingMs / 1_000,
    ),
    new Gauge(
      'tandem_jobs_failed',
      'Jobs of the whole cluster that are kept because they failed too often.',
      jobs?.failed ?? [],
    ),
  ];
}
