/** A bus over Redis as a Cluster, behind Sentinel, and over TLS. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testBus } from '../../src/bus/bus.contract.ts';
import { testTopics } from '../../src/bus/topics.contract.ts';
import { PARTITIONS, partitionTag, slotOf } from '../../src/bus/redis/redis-names.ts';
import { eventually } from '../eventually.ts';
import { findProgram, freePort } from '../programs.ts';
import { temporaryFolder } from '../running-server.ts';
import { redisEnvironment, startedRedisBuses, startRedisBus } from './redis-bus.ts';
import { RedisServer, redisProgram } from './redis-server.ts';

const execute = promisify(execFile);
const openssl = await findProgram({ name: 'openssl', package: 'openssl' });
const SLOTS = 16_384;

async function startCluster(size: number): Promise<RedisServer[]> {
  const servers: RedisServer[] = [];
  const busPorts: number[] = [];
  for (let i = 0; i < size; i++) {
    const busPort = await freePort();
    busPorts.push(busPort);
    const options = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
    const server = await RedisServer.start(onTestFinished, [
      ...options,
      '--cluster-node-timeout',
      '1000',
    ]);
    servers.push(server);
    const [from, to] = [(SLOTS / size) * i, (SLOTS / size) * (i + 1)].map(Math.ceil);
    await server.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to! - 1));
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
    if (i === 0) continue;
    const first = servers[0]!;
    await server.command('CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(busPorts[0]));
  }
  await whenClusterWorks(servers);
  return servers;
}

async function whenClusterWorks(servers: readonly RedisServer[]): Promise<void> {
  for (const server of servers) {
    const endMs = Date.now() + 20_000;
    const isReady = async () => {
      const info = String(await server.command('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes('cluster_slots_assigned:16384');
    };
    while (!(await isReady())) {
      if (Date.now() > endMs) throw new Error('the Cluster is not complete');
      await sleep(50);
    }
  }
}

describe.skipIf(redisProgram === null)('Redis as a Cluster', () => {
  const open = async () => {
    const servers = await startCluster(3);
    const environment = redisEnvironment(servers);
    return {
      ...environment,
      async resume() {
        await environment.resume();
        await whenClusterWorks(servers);
      },
    };
  };
  testBus(open);
  testTopics(open);

  test('BU21: the slots of partitions are those of the server', async () => {
    const [server] = await startCluster(1);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const slot = await server!.command('CLUSTER', 'KEYSLOT', `{${partitionTag(partition)}}.x`);
      expect(slot).toBe(slotOf(partition));
    }
  });

  test('BU23: one stopped primary of three is noticed', async () => {
    const servers = await startCluster(3);
    const [a] = await startedRedisBuses({ url: servers[0]!.url }, ['a', 'b']);
    servers[2]!.pause();
    await eventually('it is down', () => a!.state.kind === 'down');
    expect(a!.state).toMatchObject({ reason: { code: 'no-echo' } });
    servers[2]!.continue();
    await eventually('it is up', () => a!.state.kind === 'up');
  });

  test('BU23: a slot that moves is a lost connection, and found at its new place', async () => {
    const servers = await startCluster(2);
    const [a, b] = await startedRedisBuses({ url: servers[0]!.url }, ['a', 'b']);
    let received = 0;
    await b!.subscribe('doc', () => received++);
    const names = async (server: RedisServer) =>
      (await server.command('PUBSUB', 'SHARDCHANNELS', '*')) as string[];
    const isAtFirst = (await names(servers[0]!)).some((name) => name.endsWith('.t.doc'));
    const [from, to] = isAtFirst ? [servers[0]!, servers[1]!] : [servers[1]!, servers[0]!];
    const name = (await names(from)).find((channel) => channel.endsWith('.t.doc'))!;
    const slot = String(await from.command('CLUSTER', 'KEYSLOT', name));
    const id = String(await to.command('CLUSTER', 'MYID'));
    await to.command('CLUSTER', 'SETSLOT', slot, 'NODE', id);
    await from.command('CLUSTER', 'SETSLOT', slot, 'NODE', id);
    await eventually('it is lost', () => b!.counters.connectionsLost > 0);
    a!.publish('doc', Uint8Array.of(1));
    await eventually('both are up', () => a!.state.kind === 'up' && b!.state.kind === 'up');
    await sleep(1000);
    await eventually('both are up', () => a!.state.kind === 'up' && b!.state.kind === 'up');
    const before = received;
    a!.publish('doc', Uint8Array.of(1));
    await eventually('it arrives', () => received > before);
    expect(await names(to)).toContain(name);
  });
});

describe.skipIf(redisProgram === null)('Redis with a replica', () => {
  test('BU24: a primary that becomes a replica, and keeps its connections, is noticed', async () => {
    const [one, other] = [
      await RedisServer.start(onTestFinished),
      await RedisServer.start(onTestFinished),
    ];
    const [bus] = await startedRedisBuses({ url: one.url }, ['a']);
    await one.command('REPLICAOF', '127.0.0.1', String(other.port));
    await eventually('it is refused', () => bus!.state.kind !== 'up');
    expect(bus!.state).toMatchObject({ reason: { detail: 'it is a replica' } });
    await one.command('REPLICAOF', 'NO', 'ONE');
    await eventually('it is up', () => bus!.state.kind === 'up');
  });
});

describe.skipIf(redisProgram === null)('Redis behind Sentinel', () => {
  test('BU24: a failover costs seconds, and a replica is refused', async () => {
    const primary = await RedisServer.start(onTestFinished);
    const replica = await RedisServer.start(onTestFinished, [
      '--replicaof',
      `127.0.0.1 ${primary.port}`,
    ]);
    const direct = startRedisBus({ url: replica.url });
    await eventually(
      'it is refused',
      () => direct.state.kind !== 'up' && direct.state.reason.detail === 'it is a replica',
    );
    const folder = await temporaryFolder();
    const file = join(folder, 'sentinel.conf');
    const lines = [
      `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 3000',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const sentinel = await RedisServer.start(onTestFinished, [], { sentinelFile: file });
    const url = `redis+sentinel://127.0.0.1:${sentinel.port}/main`;
    const [a, b] = await startedRedisBuses({ url }, ['a', 'b']);
    const knowsReplica = async () =>
      JSON.stringify(await sentinel.command('SENTINEL', 'REPLICAS', 'main')).includes(
        String(replica.port),
      );
    while (!(await knowsReplica())) await sleep(100);
    await primary.kill();
    await eventually('it is down', () => a!.state.kind === 'down');
    await eventually('both are up', () => a!.state.kind === 'up' && b!.state.kind === 'up', 30_000);
    let isReceived = false;
    await b!.subscribe('doc', () => (isReceived = true));
    a!.publish('doc', Uint8Array.of(1));
    await eventually('it arrives', () => isReceived);
    const unknown = startRedisBus({ url: `redis+sentinel://127.0.0.1:${sentinel.port}/other` });
    await eventually(
      'it is refused',
      () =>
        unknown.state.kind !== 'up' &&
        unknown.state.reason.detail === 'the sentinel knows no primary other',
    );
  });
});

describe.skipIf(redisProgram === null || openssl === null)('Redis over TLS', () => {
  test('BU22: rediss:// checks the certificate', async () => {
    const folder = await temporaryFolder();
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    await execute(openssl!, [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key],
      ...['-out', certificate],
    ]);
    const tlsPort = await freePort();
    await RedisServer.start(onTestFinished, [
      ...['--tls-port', String(tlsPort), '--tls-cert-file', certificate, '--tls-key-file', key],
      ...['--tls-auth-clients', 'no', '--tls-ca-cert-file', certificate],
    ]);
    const url = `rediss://127.0.0.1:${tlsPort}`;
    const ca = await readFile(certificate, 'utf8');
    await startedRedisBuses({ url, ca }, ['a', 'b']);
    const untrusting = startRedisBus({ url, node: 'c' });
    await eventually(
      'it is refused',
      () => untrusting.state.kind !== 'up' && untrusting.state.reason.code === 'connect-failed',
    );
    expect(untrusting.state).toMatchObject({
      reason: { detail: expect.stringMatching(/self.signed/) },
    });
  });
});
