/** Buses over a real Redis, in real time. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { BrokerBus } from '../../src/bus/broker-bus.ts';
import type { NodeIdentity } from '../../src/bus/bus.ts';
import type { BusEnvironment } from '../../src/bus/testing/bus-fixture.ts';
import { RedisBroker } from '../../src/bus/redis/redis-broker.ts';
import { parseRedisUrl, type RedisTarget } from '../../src/bus/redis/redis-url.ts';
import { systemClock, type Clock } from '../../src/runtime/clock.ts';
import { eventually } from '../eventually.ts';
import type { RedisServer } from './redis-server.ts';

interface RedisBusOptions {
  readonly url: string;
  readonly node?: string;
  readonly cluster?: string;
  readonly ca?: string;
  readonly clock?: Clock;
}

function targetOf(url: string): RedisTarget {
  const result = parseRedisUrl(url);
  if (result.kind === 'invalid') throw new Error(result.problem);
  return result.target;
}

function createRedisBroker({
  url,
  cluster = 'one',
  ca,
  clock = systemClock,
}: RedisBusOptions): RedisBroker {
  return new RedisBroker({
    target: targetOf(url),
    ...(ca === undefined ? {} : { ca }),
    cluster,
    clock,
    random: Math.random,
  });
}

export function createRedisBus(options: RedisBusOptions, self: NodeIdentity): BrokerBus {
  return new BrokerBus({
    broker: createRedisBroker(options),
    self,
    clock: options.clock ?? systemClock,
    random: Math.random,
    onError: () => undefined,
  });
}

/** Not up yet. */
export function startRedisBus(options: RedisBusOptions): BrokerBus {
  const { node = 'a' } = options;
  const bus = createRedisBus(options, { node, boot: `${node}-${randomUUID()}` });
  onTestFinished(() => bus[Symbol.asyncDispose]());
  bus.start();
  return bus;
}

export async function startedRedisBuses(
  options: RedisBusOptions,
  names: readonly string[],
): Promise<BrokerBus[]> {
  const buses = names.map((node) => startRedisBus({ ...options, node }));
  const isReady = ({ state, peers }: BrokerBus) =>
    state.kind === 'up' && peers.length === names.length - 1;
  await eventually(
    () => `all are up: ${JSON.stringify(buses.map(({ state }) => state))}`,
    () => buses.every(isReady),
  );
  return buses;
}

export function redisEnvironment(
  servers: readonly RedisServer[],
  cluster: string = randomUUID(),
): BusEnvironment {
  const { url } = servers[0]!;
  return {
    carriesTopics: true,
    createBus: (self) => createRedisBus({ url, cluster }, self),
    createBroker: () => createRedisBroker({ url, cluster }),
    until: (holds) => eventually('it holds', holds, 30_000),
    pass: (ms) => sleep(ms),
    async cut() {
      for (const server of servers) await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
    async stop() {
      for (const server of servers) await server.kill();
    },
    async resume() {
      for (const server of servers) await server.restart();
    },
  };
}
