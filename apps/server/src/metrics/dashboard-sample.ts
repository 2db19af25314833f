/**
 * One sample per second of the server's state and of rates since the last sample. Rates derive from
 * existing counters. Latencies reset on read, so there must be a single reader.
 */
import type { DashboardSample } from '@tandem/protocol';
import { METRICS } from '../limits.ts';
import type { ClusterStats } from './cluster-stats.ts';
import type { ServerStats, ConnectionCount, RoomView } from './connection-stats.ts';
import type { LatencyWindow } from './latency-window.ts';
import type { Metrics } from './metrics.ts';
import { beginningOf } from './metrics.ts';

export interface DashboardSources {
  readonly metrics: Metrics;
  readonly serverStats: () => ServerStats;
  readonly loopDelayMs: () => number;
  readonly memory: () => { readonly rss: number; readonly heapUsed: number };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Totals {
  readonly at: number;
  readonly deliveries: number;
  readonly messages: number;
  readonly bytesOut: number;
  readonly rooms: ReadonlyMap<string, number>;
}

export class DashboardSampler {
  readonly #sources: DashboardSources;
  #last: Totals | null = null;

  constructor(sources: DashboardSources) {
    this.#sources = sources;
  }

  sample(): DashboardSample {
    const { metrics, serverStats, loopDelayMs, memory, now } = this.#sources;
    const { rooms, cluster } = serverStats();
    const views = [...rooms];
    const totals: Totals = {
      at: now(),
      deliveries: metrics.deliveries.total,
      messages: metrics.messages.total,
      bytesOut: metrics.bytes.of('out'),
      rooms: new Map(views.map(({ document, deliveries }) => [document, deliveries])),
    };
    const last = this.#last ?? totals;
    this.#last = totals;
    const seconds = (totals.at - last.at) / 1_000;
    const rate = (after: number, before: number): number =>
      seconds > 0 ? Math.max(0, after - before) / seconds : 0;
    const { rss, heapUsed } = memory();
    return {
      at: totals.at,
      connections: connectionsOf(metrics.connections.kinds),
      rooms: views.length,
      channels: views.reduce((sum, { channels }) => sum + channels, 0),
      deliveriesPerSecond: rate(totals.deliveries, last.deliveries),
      messagesPerSecond: rate(totals.messages, last.messages),
      bytesOutPerSecond: rate(totals.bytesOut, last.bytesOut),
      acknowledgement: percentiles(metrics.acknowledgements, 50, 95, 99),
      commit: percentiles(metrics.commits, 50, 99),
      loopDelayP99: loopDelayMs(),
      memory: { rss, heap: heapUsed },
      topRooms: busiest(
        views.filter(({ document }) => document !== metrics.probeDocument),
        // A new room counts from zero.
        (room) => rate(room.deliveries, last.rooms.get(room.document) ?? 0),
      ),
      ...(cluster === null ? {} : { cluster: clusterOf(cluster) }),
      errorsSent: Object.fromEntries(metrics.errorsSent.entries().filter(([, count]) => count > 0)),
    };
  }
}

function connectionsOf(kinds: readonly ConnectionCount[]): DashboardSample['connections'] {
  const of = (fits: (kind: ConnectionCount) => boolean): number =>
    kinds.filter(fits).reduce((sum, { count }) => sum + count, 0);
  return {
    webSocket: of(({ transport, codec }) => transport === 'websocket' && codec !== 'yjs'),
    stream: of(({ transport }) => transport === 'stream'),
    longPoll: of(({ transport }) => transport === 'poll'),
    feed: of(({ transport }) => transport === 'feed'),
    stock: of(({ codec }) => codec === 'yjs'),
  };
}

function clusterOf({
  nodes,
  logAgeMs,
  isFallingBack,
  busSince,
  brokers,
}: ClusterStats): NonNullable<DashboardSample['cluster']> {
  const redis = brokers.find(({ name }) => name === 'redis');
  const isPartial = redis?.isUp === true && isFallingBack;
  return {
    nodes,
    logAgeMs,
    ...(redis === undefined
      ? {}
      : {
          redis: {
            state: isPartial ? 'partial' : redis.isUp ? 'up' : 'down',
            since: Math.round(isPartial ? busSince : redis.since),
          },
        }),
  };
}

function percentiles<P extends number>(
  window: LatencyWindow,
  ...wanted: readonly P[]
): { readonly [K in `p${P}`]: number } | null {
  const percentile = window.take();
  if (percentile === null) return null;
  const entries = wanted.map((p) => [`p${p}`, percentile(p)]);
  return Object.fromEntries(entries) as { [K in `p${P}`]: number };
}

function busiest(
  rooms: readonly RoomView[],
  rateOf: (room: RoomView) => number,
): DashboardSample['topRooms'] {
  return rooms
    .map((room) => ({ room, deliveriesPerSecond: rateOf(room) }))
    .filter(({ deliveriesPerSecond }) => deliveriesPerSecond > 0)
    .sort((a, b) => b.deliveriesPerSecond - a.deliveriesPerSecond)
    .slice(0, METRICS.maxTopRooms)
    .map(({ room: { document, title, people }, deliveriesPerSecond }) => ({
      document: beginningOf(document),
      title,
      people,
      deliveriesPerSecond,
    }));
}
