import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BrokerBus } from '../../src/bus/broker-bus.ts';
import { testBus } from '../../src/bus/bus.contract.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';
import { eventually } from '../eventually.ts';
import { createPostgresBus, cutConnections, postgresEnvironment } from './postgres-bus.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

async function startBuses(names: readonly string[]): Promise<{ url: string; buses: BrokerBus[] }> {
  const url = await server.createDatabase();
  const buses = names.map((node) => createPostgresBus(url, { node, boot: `boot-of-${node}` }));
  for (const bus of buses) {
    onTestFinished(() => bus[Symbol.asyncDispose]());
    bus.start();
  }
  await eventually('all know of each other', () =>
    buses.every(
      ({ state, peers }) => state.kind === 'fallback' && peers.length === names.length - 1,
    ),
  );
  return { url, buses };
}

describe('bus in Postgres', () => {
  testBus(() => postgresEnvironment(server));

  test('BU30: nodes that start together create the tables once, and carry no topics', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `node-${i}`);
    const { buses } = await startBuses(names);
    expect(buses.map(({ counters }) => counters.connectionsLost)).toEqual(names.map(() => 0));
    expect(buses[0]!.publish('doc', Uint8Array.of(1))).toBe('dropped');
    const subscription = await buses[0]!.subscribe('doc', () => undefined);
    expect(subscription.confirmed).toBe(false);
  });

  test('BU5, BU32: a burst arrives complete, in few statements, and its excess is dropped', async () => {
    const { url, buses } = await startBuses(['a', 'b']);
    const [a, b] = buses as [BrokerBus, BrokerBus];
    const received = new Set<number>();
    b.onMail('count', ({ payload }) =>
      received.add(new DataView(payload.buffer, payload.byteOffset).getUint32(0)),
    );
    const outcomes = Array.from({ length: 5000 }, (_, i) => {
      const payload = new Uint8Array(100);
      new DataView(payload.buffer).setUint32(0, i);
      return a.send('b', 'count', payload);
    });
    expect(outcomes.filter((outcome) => outcome === 'dropped')).toHaveLength(904);
    expect(a.counters.droppedOverLimit).toBe(904);
    await eventually('all arrive', () => received.size === 4096);
    const database = new Postgres({ url, connections: 1, name: 'admin' });
    onTestFinished(() => database[Symbol.asyncDispose]());
    const { rows } = await database.query({ text: 'select count(*) as mails from bus_mail' });
    expect(rows).toEqual([{ mails: 0 }]);
  });

  test('BU31: mail that nobody reads is deleted, and not read after 10 s', async () => {
    const { url, buses } = await startBuses(['a', 'b']);
    const database = new Postgres({ url, connections: 1, name: 'admin' });
    onTestFinished(() => database[Symbol.asyncDispose]());
    await database.query({
      text: `insert into bus_mail (node, at, frame)
        select node, now() - interval '11 seconds', 'x' from unnest(array['b', 'nobody']) as node`,
    });
    await sleep(1000);
    expect(buses[1]!.counters.unreadable).toBe(0);
    const count = async () =>
      (await database.query({ text: 'select count(*) as mails from bus_mail' })).rows[0];
    const endMs = Date.now() + 15_000;
    while (Date.now() < endMs && JSON.stringify(await count()) !== '{"mails":0}') await sleep(100);
    expect(await count()).toEqual({ mails: 0 });
  });

  test('BU8: connections that are cut while nothing runs on them cost no mail', async () => {
    const { buses } = await startBuses(['a', 'b']);
    const [a, b] = buses as [BrokerBus, BrokerBus];
    const received = new Set<number>();
    b.onMail('count', ({ payload }) => received.add(payload[0]!));
    for (let i = 0; i < 20; i++) {
      if (i % 5 === 0) await cutConnections(server);
      if (a.state.kind === 'fallback') a.send('b', 'count', Uint8Array.of(i));
      await sleep(100);
    }
    const sent = a.counters.sent;
    await eventually('it arrives', () => received.size >= sent - 4);
    await eventually('both work', () => buses.every(({ state }) => state.kind === 'fallback'));
  });

  test('BU6: Postgres that is stopped by SIGSTOP is noticed, and used again', async () => {
    const { buses } = await startBuses(['a', 'b']);
    const [a, b] = buses as [BrokerBus, BrokerBus];
    b.onRequest('same', ({ payload }) => Promise.resolve(payload));
    const { pid } = server.process!;
    const children = await backendsOf(server);
    for (const child of [pid!, ...children]) process.kill(child, 'SIGSTOP');
    await eventually('it is down', () => a.state.kind === 'down');
    expect(a.send('b', 'mail', Uint8Array.of(1))).toBe('dropped');
    for (const child of [pid!, ...children]) process.kill(child, 'SIGCONT');
    await eventually('it works', () => a.state.kind === 'fallback' && b.state.kind === 'fallback');
    const request = { node: 'b', service: 'same', payload: Uint8Array.of(1), timeoutMs: 3000 };
    expect(await a.request(request)).toMatchObject({ kind: 'answered' });
  });

  test('BU30: a database that accepts no changes is told', async () => {
    const { url, buses } = await startBuses(['a', 'b']);
    const name = new URL(url).pathname.slice(1);
    const database = new Postgres({
      url: await server.createDatabase(),
      connections: 1,
      name: 'admin',
    });
    onTestFinished(() => database[Symbol.asyncDispose]());
    await database.query({ text: `alter database ${name} set default_transaction_read_only = on` });
    await database.query({
      text: `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    });
    await eventually('it is down', () => buses[0]!.state.kind === 'down');
    await sleep(1000);
    expect(buses[0]!.state).toMatchObject({ kind: 'down' });
    await database.query({ text: `alter database ${name} reset default_transaction_read_only` });
    await database.query({
      text: `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    });
    await eventually('it works', () => buses.every(({ state }) => state.kind === 'fallback'));
  });
});

async function backendsOf(postgres: PostgresServer): Promise<number[]> {
  const database = new Postgres({
    url: await postgres.createDatabase(),
    connections: 1,
    name: 'admin',
  });
  const { rows } = await database.query<{ pid: number }>({
    text: `select pid from pg_stat_activity where application_name = 'bus'`,
  });
  await database[Symbol.asyncDispose]();
  return rows.map(({ pid }) => pid);
}
