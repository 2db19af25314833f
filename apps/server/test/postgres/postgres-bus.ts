/** Buses over a real Postgres, and over Redis with Postgres as the second, in real time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { BrokerBus } from '../../src/bus/broker-bus.ts';
import type { NodeIdentity } from '../../src/bus/bus.ts';
import { PostgresBroker } from '../../src/bus/postgres/postgres-broker.ts';
import type { BusEnvironment } from '../../src/bus/testing/bus-fixture.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import type { PostgresServer } from '../../src/storage/testing/postgres-server.ts';
import { eventually } from '../eventually.ts';

/** With a pool of its own, as in a process of its own. */
function createPostgresBroker(url: string, instance: string): PostgresBroker {
  const database = new Postgres({ url, connections: 3, name: 'bus' });
  onTestFinished(() => database[Symbol.asyncDispose]());
  return new PostgresBroker({ database, instance, clock: systemClock, random: Math.random });
}

export function createPostgresBus(url: string, self: NodeIdentity): BrokerBus {
  return new BrokerBus({
    broker: createPostgresBroker(url, self.boot),
    self,
    clock: systemClock,
    random: Math.random,
    onError: () => undefined,
  });
}

export async function postgresEnvironment(server: PostgresServer): Promise<BusEnvironment> {
  const url = await server.createDatabase();
  let brokers = 0;
  return {
    carriesTopics: false,
    createBus: (self) => createPostgresBus(url, self),
    createBroker: () => createPostgresBroker(url, `broker-${++brokers}`),
    until: (holds) => eventually('it holds', holds, 30_000),
    pass: (ms) => sleep(ms),
    cut: () => cutConnections(server),
    stop: () => server.stop('SIGQUIT'),
    resume: () => server.run(),
  };
}

/** Those of all buses at this server. */
export async function cutConnections(server: PostgresServer): Promise<void> {
  const admin = new Postgres({ url: await server.createDatabase(), connections: 1, name: 'admin' });
  await admin.query({
    text: `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'bus'`,
  });
  await admin[Symbol.asyncDispose]();
}
