import { expect, test } from 'vitest';
import { dashboardSample } from '@tandem/protocol';
import type { ClusterStats } from './cluster-stats.ts';
import type { ServerStats, ConnectionKind, RoomView } from './connection-stats.ts';
import { DashboardSampler } from './dashboard-sample.ts';
import { Metrics } from './metrics.ts';

function context(cluster: ClusterStats | null = null) {
  const metrics = new Metrics();
  let at = 1_000_000;
  const rooms: RoomView[] = [];
  const serverStats = (): ServerStats => ({
    certificateExpiresAtMs: null,
    state: 'open',
    connections: [],
    cluster,
    rooms,
  });
  const sampler = new DashboardSampler({
    metrics,
    serverStats,
    loopDelayMs: () => 3,
    memory: () => ({ rss: 200, heapUsed: 100 }),
    now: () => at,
  });
  const pass = (ms: number) => void (at += ms);
  return { metrics, rooms, sampler, pass };
}

const room = (document: string, deliveries: number): RoomView => ({
  document,
  title: `Title of ${document}`,
  people: 2,
  deliveries,
  channels: 3,
  oldestUnacknowledgedMs: null,
});

test('has no rates at first, and fits the wire', () => {
  const { metrics, sampler, rooms } = context();
  metrics.delivered('updates', 1_000);
  rooms.push(room('document-1', 1_000));
  const sample = sampler.sample();
  expect(dashboardSample.parse(sample)).toEqual(sample);
  expect(sample).toMatchObject({
    at: 1_000_000,
    rooms: 1,
    channels: 3,
    deliveriesPerSecond: 0,
    acknowledgement: null,
    commit: null,
    loopDelayP99: 3,
    memory: { rss: 200, heap: 100 },
    topRooms: [],
    errorsSent: {},
  });
});

const counters = {
  sent: 3,
  received: 2,
  droppedWhileDown: 1,
  droppedOverLimit: 0,
  droppedTooLarge: 0,
  unreadable: 0,
  connectionsLost: 1,
  stateChanges: 2,
  roundTripMs: 0.4,
};
const broker = { isUp: true, since: 5_000.4, counters };
const alone: ClusterStats = {
  nodes: 1,
  logAgeMs: 120.5,
  isHeld: false,
  isFallingBack: false,
  busSince: 7_000.4,
  brokers: [{ ...broker, name: 'postgres' }],
};

test('says nothing of a cluster where there is none, and nothing of Redis where it is not set', () => {
  expect(context().sampler.sample()).not.toHaveProperty('cluster');
  const { cluster } = context(alone).sampler.sample();
  expect(cluster).toEqual({ nodes: 1, logAgeMs: 120.5 });
});

test.each([
  ['up', { isUp: true, isFallingBack: false }, 5_000],
  ['partial', { isUp: true, isFallingBack: true }, 7_000],
  ['down', { isUp: false, isFallingBack: true }, 5_000],
  ['down', { isUp: false, isFallingBack: false }, 5_000],
])('says that Redis is %s, and since when', (state, { isUp, isFallingBack }, since) => {
  const redis = { ...broker, name: 'redis', isUp } as const;
  const brokers = [redis, ...alone.brokers];
  const sample = context({ ...alone, isFallingBack, brokers }).sampler.sample();
  expect(sample.cluster?.redis).toEqual({ state, since });
  expect(dashboardSample.parse(sample)).toEqual(sample);
});

test('gives rates over the time that has really passed', () => {
  const { metrics, sampler, pass } = context();
  sampler.sample();
  metrics.delivered('updates', 300);
  metrics.messages.add('update', 10);
  metrics.frameSent(4_000);
  pass(2_000);
  expect(sampler.sample()).toMatchObject({
    deliveriesPerSecond: 150,
    messagesPerSecond: 5,
    bytesOutPerSecond: 2_000,
  });
});

test('names the ten busiest rooms, by title and the beginning of the id', () => {
  const { sampler, rooms, pass } = context();
  sampler.sample();
  for (let i = 0; i < 12; i++) rooms.push(room(`secret-document-${i}`, i * 10));
  pass(1_000);
  const { topRooms } = sampler.sample();
  expect(topRooms).toHaveLength(10);
  expect(topRooms[0]).toEqual({
    document: 'secret',
    title: 'Title of secret-document-11',
    people: 2,
    deliveriesPerSecond: 110,
  });
  pass(1_000);
  expect(sampler.sample().topRooms).toEqual([]);
});

test('does not name the room that the server itself keeps busy', () => {
  const { metrics, sampler, rooms, pass } = context();
  sampler.sample();
  rooms.push(room('canary-document', 50), room('tide-log', 10));
  metrics.probeDocument = 'canary-document';
  pass(1_000);
  expect(sampler.sample().topRooms).toMatchObject([{ title: 'Title of tide-log' }]);
});

test('tells connections apart, and counts refusals by code', () => {
  const { metrics, sampler } = context();
  const connection = (
    transport: ConnectionKind['transport'],
    codec: ConnectionKind['codec'],
  ): void => metrics.connections.increment({ transport, codec });
  connection('websocket', 'binary');
  connection('websocket', 'json');
  connection('websocket', 'yjs');
  connection('stream', 'binary');
  connection('poll', 'json');
  connection('feed', 'events');
  connection('stream', 'json');
  metrics.connections.decrement({ transport: 'stream', codec: 'json' });
  metrics.errorsSent.add('too-many', 2);
  expect(sampler.sample()).toMatchObject({
    connections: { webSocket: 2, stream: 1, longPoll: 1, feed: 1, stock: 1 },
    errorsSent: { 'too-many': 2 },
  });
});

test('has the latencies of the time since the last sample', () => {
  const { metrics, sampler } = context();
  for (let ms = 1; ms <= 100; ms++) metrics.acknowledgements.add(ms);
  metrics.commits.add(4);
  expect(sampler.sample()).toMatchObject({
    acknowledgement: { p50: 50, p95: 95, p99: 99 },
    commit: { p50: 4, p99: 4 },
  });
  expect(sampler.sample()).toMatchObject({ acknowledgement: null, commit: null });
});
