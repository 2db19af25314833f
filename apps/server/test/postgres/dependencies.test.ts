/** What two servers say of what they depend on: Redis, the database and each other. */
import { beforeAll, expect, inject, test } from 'vitest';
import type { DashboardSample } from '@tandem/protocol';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { RedisServer } from '../bus/redis-server.ts';
import { eventually } from '../eventually.ts';
import { FeedReader } from '../feed-reader.ts';
import { RunningServer } from '../running-server.ts';
import { atEndOfFile } from '../shared.ts';

const METRICS_TOKEN = 'token-of-the-operator';
const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };

const atEnd = atEndOfFile();
let redis: RedisServer;
let one: RunningServer;
let other: RunningServer;

beforeAll(async () => {
  redis = await RedisServer.start(atEnd);
  const environment = {
    DATABASE_URL: await createDatabase(inject('postgres')),
    REDIS_URL: redis.url,
    ENGINE_WORKERS: '1',
    METRICS_TOKEN,
  };
  one = await RunningServer.start(environment, atEnd);
  other = await RunningServer.start(environment, atEnd);
});

/** The samples whose names fit, by name and labels. */
async function read(names: RegExp): Promise<Record<string, number>> {
  const response = await fetch(`${one.url}/metrics`, { headers });
  const lines = (await response.text()).split('\n').filter((line) => names.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

const STATES = /^tandem_(bus_up|bus_fallback|cluster_nodes|cluster_output_held)\b[^_]/;

const works = {
  'tandem_bus_up{broker="redis"}': 1,
  'tandem_bus_up{broker="postgres"}': 1,
  tandem_bus_fallback: 0,
  tandem_cluster_nodes: 2,
  tandem_cluster_output_held: 0,
};

test('metrics and dashboard say that Redis does not answer, since when, and that it is back', async () => {
  const feed = await FeedReader.open(one, 'dashboard', headers);
  const sample = async (
    fits: (cluster: NonNullable<DashboardSample['cluster']>) => boolean,
  ): Promise<NonNullable<DashboardSample['cluster']>> => {
    for (;;) {
      const { data } = await feed.next('value');
      const { cluster } = (data as { sample: DashboardSample }).sample;
      if (cluster !== undefined && fits(cluster)) return cluster;
    }
  };
  const working = await sample(({ nodes, redis }) => nodes === 2 && redis?.state === 'up');
  expect(working.logAgeMs).toBeLessThan(2_000);
  await expect.poll(() => read(STATES)).toEqual(works);

  const killedAt = Date.now();
  await redis.kill();
  const away = await sample(({ redis }) => redis?.state === 'down');
  expect(away.nodes).toBe(2);
  expect(away.redis!.since).toBeGreaterThanOrEqual(killedAt - 10);
  expect(away.redis!.since).toBeLessThan(killedAt + 10_000);
  await expect
    .poll(() => read(STATES))
    .toEqual({
      ...works,
      'tandem_bus_up{broker="redis"}': 0,
      tandem_bus_fallback: 1,
    });
  const changed = await read(/^tandem_bus_up_change_timestamp_seconds{broker="redis"}/);
  expect(Object.values(changed)[0]! * 1_000).toBeCloseTo(away.redis!.since, -1);

  await redis.restart();
  expect((await sample(({ redis }) => redis?.state === 'up')).redis!.since).toBeGreaterThan(
    away.redis!.since,
  );
  await expect.poll(() => read(STATES)).toEqual(works);
});

test('metrics say how many servers there are after one has left', async () => {
  await other.kill('SIGTERM');
  await eventually('the other is gone', () => !other.alive);
  let nodes = 2;
  while (nodes === 2)
    nodes = (await read(/^tandem_cluster_nodes/))['tandem_cluster_nodes'] ?? Number.NaN;
  expect(nodes).toBe(1);
  const messages = await read(/^tandem_bus_messages_total.*result="dropped"/);
  expect(Object.keys(messages)).toHaveLength(2);
});
