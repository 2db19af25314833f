/** What a real Redis does to a bus. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BrokerBus } from '../../src/bus/broker-bus.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { eventually } from '../eventually.ts';
import { startedRedisBuses, startRedisBus } from './redis-bus.ts';
import { RedisServer, redisProgram } from './redis-server.ts';
import { BOTH_WAYS, Link } from '../link.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

function recordStates(bus: BrokerBus): string[] {
  const states: string[] = [];
  bus.onState((state) => states.push(state.kind === 'up' ? 'up' : state.reason.code));
  return states;
}

async function expectDelivery(from: BrokerBus, to: BrokerBus): Promise<void> {
  let isReceived = false;
  const subscription = await to.subscribe('delivery', () => (isReceived = true));
  expect(subscription.confirmed).toBe(true);
  from.publish('delivery', bytes(1));
  await eventually('the message arrives', () => isReceived);
  subscription.close();
}

const up = (bus: BrokerBus) =>
  eventually(
    () => `it is up: ${JSON.stringify(bus.state)}`,
    () => bus.state.kind === 'up',
  );

const start = (options: readonly string[] = []) => RedisServer.start(onTestFinished, options);

async function startLink({ port }: RedisServer): Promise<Link> {
  const link = await Link.start({ targets: () => [{ port }], random: Math.random });
  onTestFinished(() => link[Symbol.asyncDispose]());
  return link;
}

describe.skipIf(redisProgram === null)('Redis', () => {
  test('BU6, BU5: stopped by SIGSTOP it is down, and what is sent meanwhile is bounded', async () => {
    const server = await start();
    // However long a busy machine takes for the burst, it is one moment, so echoes do not become old in it.
    let burstMs: number | null = null;
    const clock = { ...systemClock, monotonicMs: () => burstMs ?? systemClock.monotonicMs() };
    const [a, b] = (await startedRedisBuses({ url: server.url, clock }, ['a', 'b'])) as [
      BrokerBus,
      BrokerBus,
    ];
    const states = recordStates(a);
    server.pause();
    burstMs = clock.monotonicMs();
    const outcomes = Array.from({ length: 5000 }, () => a.publish('doc', bytes(1)));
    burstMs = null;
    expect(outcomes.filter((outcome) => outcome === 'dropped')).toHaveLength(904);
    expect(a.counters.droppedOverLimit).toBe(904);
    await eventually('it is down', () => a.state.kind === 'down', 5_000);
    expect(a.publish('doc', bytes(1))).toBe('dropped');
    server.continue();
    await up(a);
    await up(b);
    expect(states).toEqual(['no-echo', 'up']);
    await expectDelivery(a, b);
  });

  test('BU10: stopped for longer, connections are replaced, and the bus comes back', async () => {
    const server = await start();
    const [a, b] = (await startedRedisBuses({ url: server.url }, ['a', 'b'])) as [
      BrokerBus,
      BrokerBus,
    ];
    server.pause();
    await eventually('a connection is given up', () => a.counters.connectionsLost > 0);
    await sleep(4000);
    expect(a.state).toMatchObject({ kind: 'down', reason: { code: 'connect-failed' } });
    server.continue();
    await up(a);
    await up(b);
    await expectDelivery(a, b);
    expect(a.peers.map(({ node }) => node)).toEqual(['b']);
  });

  test('BU5: killed under load it costs messages only', async () => {
    const server = await start();
    const [a, b] = (await startedRedisBuses({ url: server.url }, ['a', 'b'])) as [
      BrokerBus,
      BrokerBus,
    ];
    await b.subscribe('doc', () => undefined);
    const load = setInterval(() => {
      for (let i = 0; i < 50; i++) a.publish('doc', new Uint8Array(1000));
    }, 5);
    onTestFinished(() => clearInterval(load));
    for (let i = 0; i < 3; i++) {
      await sleep(300);
      await server.kill();
      await eventually('both are down', () => a.state.kind === 'down' && b.state.kind === 'down');
      await server.restart();
      await up(a);
      await up(b);
    }
    await expectDelivery(a, b);
    expect(a.counters.droppedWhileDown).toBeGreaterThan(0);
  });

  test('BU20: no keys are kept, so that FLUSHALL and a full memory change nothing', async () => {
    const server = await start(['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction']);
    const [a, b] = (await startedRedisBuses({ url: server.url }, ['a', 'b'])) as [
      BrokerBus,
      BrokerBus,
    ];
    const states = recordStates(a);
    expect(await server.command('DBSIZE')).toBe(0);
    await server.command('FLUSHALL');
    await expectDelivery(a, b);
    let refusal: unknown = null;
    for (let i = 0; refusal === null && i < 1000; i++)
      await server
        .command('SET', `key-${i}`, 'x'.repeat(10_000))
        .catch((error: unknown) => (refusal = error));
    expect(String(refusal)).toContain('OOM');
    await expectDelivery(a, b);
    await sleep(1500);
    expect(states).toEqual([]);
  });

  test('BU6: a short block is no fault, a long one is', async () => {
    const server = await start(['--enable-debug-command', 'yes']);
    const [a, b] = (await startedRedisBuses({ url: server.url }, ['a', 'b'])) as [
      BrokerBus,
      BrokerBus,
    ];
    const states = recordStates(a);
    await server.command('DEBUG', 'SLEEP', '0.3');
    await sleep(1000);
    expect(states).toEqual([]);
    await server.command('DEBUG', 'SLEEP', '2');
    await up(a);
    expect(states).toEqual(['no-echo', 'up']);
    await expectDelivery(b, a);
  });

  test('BU10: a wrong password is told, without the password, and tried again', async () => {
    const server = await start(['--requirepass', 'right']);
    const wrong = startRedisBus({ url: `redis://:secret-word@127.0.0.1:${server.port}` });
    const none = startRedisBus({ url: server.url });
    const reason = (bus: BrokerBus) => (bus.state.kind === 'up' ? null : bus.state.reason);
    await eventually('it is refused', () => reason(wrong)?.code === 'connect-failed');
    expect(reason(wrong)!.detail).toContain('WRONGPASS');
    expect(JSON.stringify(wrong.state)).not.toContain('secret-word');
    await eventually('it is refused', () => reason(none)?.code === 'connect-failed');
    expect(reason(none)!.detail).toContain('NOAUTH');
    await server.command('CONFIG', 'SET', 'requirepass', 'secret-word');
    await up(wrong);
  });

  test('BU20: a user who may do nothing else can carry the bus', async () => {
    const server = await start();
    const rules =
      '>word resetchannels &{p??}.tandem.* -@all +info +publish +subscribe +unsubscribe';
    await server.command('ACL', 'SETUSER', 'tandem', 'on', ...rules.split(' '));
    const url = `redis://tandem:word@127.0.0.1:${server.port}`;
    const [a, b] = (await startedRedisBuses({ url }, ['a', 'b'])) as [BrokerBus, BrokerBus];
    await expectDelivery(a, b);
  });

  test('BU21: two clusters on one Redis do not hear each other', async () => {
    const server = await start();
    const one = await startedRedisBuses({ url: server.url, cluster: 'one' }, ['a', 'b']);
    const two = await startedRedisBuses({ url: server.url, cluster: 'two' }, ['a', 'c']);
    const received: string[] = [];
    for (const [name, bus] of [
      ['one', one[1]!],
      ['two', two[1]!],
    ] as const) {
      await bus.subscribe('doc', () => received.push(name));
      bus.onMail('mail', () => received.push(name));
    }
    one[0]!.publish('doc', bytes(1));
    one[0]!.send('b', 'mail', bytes(1));
    one[0]!.send('c', 'mail', bytes(1));
    await eventually('they arrive', () => received.length === 2);
    await sleep(300);
    expect(received).toEqual(['one', 'one']);
    expect(two[0]!.peers.map(({ node }) => node)).toEqual(['c']);
    expect(one[0]!.state.kind).toBe('up');
  });

  test('BU8: a subscriber that is too slow is cut, and told', async () => {
    const server = await start(['--client-output-buffer-limit', 'pubsub 1mb 512kb 1']);
    const link = await startLink(server);
    const [fast] = await startedRedisBuses({ url: server.url }, ['a']);
    const slow = startRedisBus({ url: `redis://127.0.0.1:${link.port}`, node: 'slow' });
    await up(slow);
    await slow.subscribe('doc', () => undefined);
    const states = recordStates(slow);
    link.faults = { held: BOTH_WAYS };
    const subscribers = async () =>
      String(await server.command('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('id=').length - 1;
    expect(await subscribers()).toBe(2);
    for (let i = 0; i < 400; i++) {
      fast!.publish('doc', new Uint8Array(64 * 1024));
      if (i % 50 === 49) await sleep(20);
    }
    await expect.poll(subscribers).toBe(1);
    link.faults = {};
    await eventually('it is told', () => states.length > 0);
    await up(slow);
    expect(fast!.state.kind).toBe('up');
    await expectDelivery(fast!, slow);
  });

  test('BU6, BU10: a connection that is open and dead is noticed, and others are tried', async () => {
    const server = await start();
    const link = await startLink(server);
    const bus = startRedisBus({ url: `redis://127.0.0.1:${link.port}` });
    await up(bus);
    const states = recordStates(bus);
    link.faults = { held: BOTH_WAYS };
    await eventually('it is down', () => bus.state.kind === 'down');
    await eventually('another is tried', () => states.includes('connect-failed'));
    link.faults = {};
    await up(bus);
    expect(states).toEqual(['no-echo', 'connection-lost', 'connect-failed', 'up']);
  });

  test('BU4: what others publish to a name of ours is unreadable', async () => {
    const server = await start();
    const [a] = await startedRedisBuses({ url: server.url }, ['a']);
    const kinds: string[] = [];
    await a!.subscribe('doc', ({ kind }) => kinds.push(kind));
    const names = (await server.command('PUBSUB', 'CHANNELS', '*')) as string[];
    const name = names.find((channel) => channel.endsWith('.t.doc'))!;
    await server.command('PUBLISH', name, 'x'.repeat(1024 * 1024));
    await eventually('it arrives', () => kinds.length > 0);
    expect(kinds).toEqual(['unreadable']);
  });

  test('BU2: subscriptions that ended are gone in Redis as well', async () => {
    const server = await start();
    const [a] = await startedRedisBuses({ url: server.url }, ['a']);
    const channels = async () => (await server.command('PUBSUB', 'CHANNELS', '*')) as string[];
    const before = (await channels()).toSorted();
    const topics = Array.from({ length: 100 }, (_, i) => `topic-${i % 10}`);
    const subscriptions = await Promise.all(topics.map((topic) => a!.subscribe(topic, () => {})));
    expect(await channels()).toHaveLength(before.length + 10);
    for (const subscription of subscriptions) subscription.close();
    const again = await a!.subscribe('topic-1', () => undefined);
    again.close();
    const endMs = Date.now() + 5000;
    while ((await channels()).length > before.length && Date.now() < endMs) await sleep(10);
    expect((await channels()).toSorted()).toEqual(before);
  });

  test('BU22: no connection outlives a bus', async () => {
    const server = await start();
    const buses = await startedRedisBuses({ url: server.url }, ['a', 'b']);
    for (const bus of buses) await bus[Symbol.asyncDispose]();
    const client = createClient({ socket: { host: '127.0.0.1', port: server.port } });
    await client.connect();
    onTestFinished(() => client.destroy());
    const clients = await client.clientList();
    expect(clients.filter(({ name }) => name === 'tandem')).toEqual([]);
  });
});
