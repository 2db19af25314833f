import { ManualClock, SeededRandom } from '@tandem/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { BrokerBus } from './broker-bus.ts';
import { testBus } from './bus.contract.ts';
import type { BusEnvironment } from './testing/bus-fixture.ts';
import { testTopics } from './topics.contract.ts';
import type { NodeIdentity, ReplyOutcome } from './bus.ts';
import { FallbackBus } from './fallback-bus.ts';
import { MemoryNetwork, type MemoryBroker } from './memory-broker.ts';

interface Networks {
  readonly clock: ManualClock;
  readonly redis: MemoryNetwork;
  readonly postgres: MemoryNetwork;
  createBus(self: NodeIdentity): {
    bus: FallbackBus;
    redisBroker: MemoryBroker;
    postgresBroker: MemoryBroker;
  };
}

function createNetworks(): Networks {
  const clock = new ManualClock(1_000_000);
  const seeded = new SeededRandom(3);
  const random = () => seeded.next();
  const onError = () => undefined;
  const redis = new MemoryNetwork({ clock, random });
  const postgres = new MemoryNetwork({ clock, random, carriesTopics: false });
  return {
    clock,
    redis,
    postgres,
    createBus(self) {
      const redisBroker = redis.createBroker();
      const first = new BrokerBus({ broker: redisBroker, self, clock, random, onError });
      const postgresBroker = postgres.createBroker();
      const second = new BrokerBus({ broker: postgresBroker, self, clock, random, onError });
      const bus = new FallbackBus({ first, second, clock, onError });
      return { bus, redisBroker, postgresBroker };
    },
  };
}

function openFallback(): BusEnvironment {
  const { clock, redis, postgres, createBus } = createNetworks();
  const both = (work: (network: MemoryNetwork) => void) => () => {
    work(redis);
    work(postgres);
    return Promise.resolve();
  };
  return {
    carriesTopics: true,
    createBus: (self) => createBus(self).bus,
    createBroker: () => redis.createBroker(),
    async until(holds) {
      const endMs = clock.now() + 60_000;
      while (!holds()) {
        if (clock.now() > endMs) throw new Error('not within a minute');
        await clock.advanceAsync(25);
      }
    },
    pass: (ms) => clock.advanceAsync(ms),
    cut: both((network) => network.cut()),
    stop: both((network) => network.stop()),
    resume: both((network) => network.resume()),
  };
}

testBus(() => Promise.resolve(openFallback()));
testTopics(() => Promise.resolve(openFallback()));

async function createCluster(names: readonly string[]) {
  const networks = createNetworks();
  const nodes = names.map((node) => {
    const { bus, ...brokers } = networks.createBus({ node, boot: `boot-of-${node}` });
    onTestFinished(() => bus[Symbol.asyncDispose]());
    const [states, changes]: [string[], string[]] = [[], []];
    bus.onState((state) =>
      states.push(state.kind === 'up' ? 'up' : `${state.kind} ${state.reason.code}`),
    );
    bus.onPeer(({ kind, peer }) => changes.push(`${kind} ${peer.node}`));
    bus.onRequest('same', ({ payload }) => Promise.resolve(payload));
    bus.start();
    return { bus, ...brokers, states, changes };
  });
  await networks.clock.advanceAsync(1000);
  expect(nodes.map(({ bus }) => bus.state.kind)).toEqual(nodes.map(() => 'up'));
  return { ...networks, nodes };
}

type Node = Awaited<ReturnType<typeof createCluster>>['nodes'][number];

async function ask(clock: ManualClock, from: Node, node: string): Promise<string> {
  let outcome: ReplyOutcome | null = null;
  const request = { node, service: 'same', payload: Uint8Array.of(1), timeoutMs: 500 };
  void from.bus.request(request).then((ended) => (outcome = ended));
  await clock.advanceAsync(600);
  return outcome!['kind'];
}

test('BU40, BU41: without the first bus, mailboxes work over the second', async () => {
  const { clock, redis, nodes } = await createCluster(['a', 'b']);
  const [a, b] = [nodes[0]!, nodes[1]!];
  redis.stop();
  await clock.advanceAsync(100);
  expect(a.bus.state).toMatchObject({ kind: 'fallback', reason: { code: 'connect-failed' } });
  expect(await ask(clock, a, 'b')).toBe('answered');
  expect(a.bus.publish('doc', Uint8Array.of(1))).toBe('dropped');
  await clock.advanceAsync(30_000);
  expect(a.bus.peers).toHaveLength(1);
  redis.resume();
  await clock.advanceAsync(2000);
  for (const { states, changes } of [a, b]) {
    expect(states).toEqual(['up', 'fallback connection-lost', 'up']);
    expect(changes).toHaveLength(1);
  }
  const { sent } = a.bus.first.counters;
  expect(await ask(clock, a, 'b')).toBe('answered');
  expect(a.bus.first.counters.sent).toBe(sent + 1);
});

test('BU40, BU43: a node without the first bus is reached over the second, and the others fall back too', async () => {
  const { clock, nodes } = await createCluster(['a', 'b', 'c']);
  const [a, b, c] = [nodes[0]!, nodes[1]!, nodes[2]!];
  a.redisBroker.block();
  await clock.advanceAsync(300);
  expect(b.bus.state).toMatchObject({
    kind: 'fallback',
    reason: { code: 'peer-unreachable', detail: 'a' },
  });
  expect(await ask(clock, a, 'b')).toBe('answered');
  expect(await ask(clock, b, 'a')).toBe('answered');
  const { sent } = b.bus.second.counters;
  expect(await ask(clock, b, 'c')).toBe('answered');
  expect(b.bus.second.counters.sent).toBe(sent);
  expect(c.bus.publish('doc', Uint8Array.of(1))).toBe('sent');
  await clock.advanceAsync(20_000);
  expect(b.changes.toSorted()).toEqual(['joined a', 'joined c']);
  a.redisBroker.unblock();
  await clock.advanceAsync(3000);
  expect(nodes.map(({ bus }) => bus.state.kind)).toEqual(['up', 'up', 'up']);
});

test('BU43: two first buses that work for one node each are noticed', async () => {
  const { clock, nodes, redis } = await createCluster(['a', 'b']);
  const [a, b] = [nodes[0]!, nodes[1]!];
  // Each node still hears itself.
  const { send } = redis;
  redis.send = (name, frame) => {
    if (name !== 'nodes') send.call(redis, name, frame);
  };
  await clock.advanceAsync(8000);
  expect(a.bus.state).toMatchObject({ reason: { code: 'peer-unreachable', detail: 'b' } });
  expect(b.bus.state).toMatchObject({ reason: { code: 'peer-unreachable', detail: 'a' } });
});

test('BU40: without the second bus, the first one goes on; without both, it is down', async () => {
  const { clock, redis, postgres, nodes } = await createCluster(['a', 'b']);
  const [a] = [nodes[0]!];
  postgres.stop();
  await clock.advanceAsync(20_000);
  expect(a.states).toEqual(['up']);
  expect(await ask(clock, a, 'b')).toBe('answered');
  redis.stop();
  await clock.advanceAsync(100);
  expect(a.bus.state.kind).toBe('down');
  await clock.advanceAsync(11_000);
  expect(a.changes).toEqual(['joined b', 'lost b']);
});

test('BU44: each broker is said to be up or down, since it is', async () => {
  const { clock, redis, postgres, nodes } = await createCluster(['a', 'b']);
  const { bus } = nodes[0]!;
  const ups = () => bus.brokers.map(({ isUp }) => isUp);
  expect(ups()).toEqual([true, true]);
  const stoppedMs = clock.monotonicMs();
  redis.stop();
  await clock.advanceAsync(20_000);
  expect(ups()).toEqual([false, true]);
  expect(bus.brokers[0]!.sinceMs).toBe(stoppedMs);
  expect(bus.brokers[0]!.counters.connectionsLost).toBe(1);
  const upMs = bus.brokers[1]!.sinceMs;
  expect(upMs).toBeLessThan(stoppedMs);
  redis.resume();
  postgres.stop();
  await clock.advanceAsync(20_000);
  expect(ups()).toEqual([true, false]);
});

test('BU42: a crash is one loss, and no change of the state', async () => {
  const { clock, nodes } = await createCluster(['a', 'b']);
  const [a, b] = [nodes[0]!, nodes[1]!];
  b.redisBroker.crash();
  b.postgresBroker.crash();
  await clock.advanceAsync(15_000);
  expect(a.changes).toEqual(['joined b', 'lost b']);
  expect(a.states).toEqual(['up']);
});
