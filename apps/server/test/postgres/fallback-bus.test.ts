/** Redis with Postgres as the second bus: what an operator's night looks like. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { testBus } from '../../src/bus/bus.contract.ts';
import type { NodeIdentity } from '../../src/bus/bus.ts';
import { FallbackBus } from '../../src/bus/fallback-bus.ts';
import type { BusEnvironment } from '../../src/bus/testing/bus-fixture.ts';
import { testTopics } from '../../src/bus/topics.contract.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';
import { createRedisBus, redisEnvironment } from '../bus/redis-bus.ts';
import { RedisServer, redisProgram } from '../bus/redis-server.ts';
import { eventually } from '../eventually.ts';
import { createPostgresBus } from './postgres-bus.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await PostgresServer.start();
});
afterAll(() => postgres[Symbol.asyncDispose]());

interface Place {
  readonly redis: RedisServer;
  readonly url: string;
  readonly cluster: string;
}

async function createPlace(): Promise<Place> {
  return {
    redis: await RedisServer.start(onTestFinished),
    url: await postgres.createDatabase(),
    cluster: randomUUID(),
  };
}

function createBus({ redis, url, cluster }: Place, self: NodeIdentity): FallbackBus {
  return new FallbackBus({
    first: createRedisBus({ url: redis.url, cluster }, self),
    second: createPostgresBus(url, self),
    clock: systemClock,
    onError: () => undefined,
  });
}

async function startBuses(place: Place, names: readonly string[]): Promise<FallbackBus[]> {
  const buses = names.map((node) => createBus(place, { node, boot: `${node}-${randomUUID()}` }));
  for (const bus of buses) {
    onTestFinished(() => bus[Symbol.asyncDispose]());
    bus.onRequest('same', ({ payload }) => Promise.resolve(payload));
    bus.start();
  }
  await eventually('all are up on both', () =>
    buses.every(
      ({ state, peers, second }) =>
        state.kind === 'up' &&
        peers.length === names.length - 1 &&
        second.peers.length === names.length - 1,
    ),
  );
  return buses;
}

const ask = async (from: FallbackBus, node: string) => {
  const request = { node, service: 'same', payload: Uint8Array.of(1), timeoutMs: 2000 };
  const started = performance.now();
  const { kind } = await from.request(request);
  return { kind, ms: performance.now() - started };
};

describe.skipIf(redisProgram === null)('Redis and Postgres', () => {
  const open = async (): Promise<BusEnvironment> => {
    const place = await createPlace();
    const environment = redisEnvironment([place.redis], place.cluster);
    return {
      ...environment,
      createBus: (self) => createBus(place, self),
      async stop() {
        await Promise.all([environment.stop(), postgres.stop('SIGQUIT')]);
      },
      async resume() {
        await Promise.all([environment.resume(), postgres.run()]);
      },
    };
  };
  testTopics(open);

  testBus(open);

  test('BU40, BU41: Redis is killed and comes back, under requests', async () => {
    const place = await createPlace();
    const [a, b] = (await startBuses(place, ['a', 'b'])) as [FallbackBus, FallbackBus];
    const states: string[] = [];
    a.onState(({ kind }) => states.push(kind));
    const changes: string[] = [];
    a.onPeer(({ kind }) => changes.push(kind));
    expect((await ask(a, 'b')).kind).toBe('answered');
    await place.redis.kill();
    await eventually('it falls back', () => a.state.kind === 'fallback');
    const slow = await ask(a, 'b');
    expect(slow.kind).toBe('answered');
    await sleep(12_000);
    expect(a.peers.map(({ node }) => node)).toEqual(['b']);
    await place.redis.restart();
    await eventually('both are up', () => a.state.kind === 'up' && b.state.kind === 'up');
    // The fastest, on a busy machine.
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push((await ask(a, 'b')).ms);
    expect(Math.min(...times)).toBeLessThan(200);
    expect(states).toEqual(['fallback', 'up']);
    expect(changes).toEqual([]);
  });

  test('BU40: Postgres is killed, and Redis goes on', async () => {
    const place = await createPlace();
    const [a] = (await startBuses(place, ['a', 'b'])) as [FallbackBus];
    const states: string[] = [];
    a.onState(({ kind }) => states.push(kind));
    await postgres.stop('SIGQUIT');
    await sleep(2000);
    expect((await ask(a, 'b')).kind).toBe('answered');
    await postgres.run();
    await eventually('the second works', () => a.second.state.kind === 'fallback');
    expect(states).toEqual([]);
  });

  test('BU42: a node that leaves is gone at once, on both', async () => {
    const place = await createPlace();
    const [a, b] = (await startBuses(place, ['a', 'b'])) as [FallbackBus, FallbackBus];
    const changes: string[] = [];
    a.onPeer(({ kind }) => changes.push(kind));
    await b[Symbol.asyncDispose]();
    await eventually('it is gone', () => a.peers.length === 0, 3_000);
    await sleep(3000);
    expect(changes).toEqual(['left']);
    expect(a.state.kind).toBe('up');
  });
});
