import { ManualClock, SeededRandom } from '@tandem/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { BrokerBus } from './broker-bus.ts';
import { MemoryNetwork } from './memory-broker.ts';

function createCluster(names: readonly string[]) {
  const clock = new ManualClock(1_000_000);
  const seeded = new SeededRandom(7);
  const random = () => seeded.next();
  const network = new MemoryNetwork({ clock, random });
  const errors: unknown[] = [];
  const buses = names.map((node) => {
    const bus = new BrokerBus({
      broker: network.createBroker(),
      self: { node, boot: `boot-of-${node}` },
      clock,
      random,
      onError: (error) => errors.push(error),
    });
    onTestFinished(() => bus[Symbol.asyncDispose]());
    bus.start();
    return bus;
  });
  return { clock, network, buses, errors };
}

const statesOf = (bus: BrokerBus): string[] => {
  const states: string[] = [];
  bus.onState((state) => states.push(state.kind === 'up' ? 'up' : state.reason.code));
  return states;
};

test('BU6, BU7: a broker that answers nothing is noticed after a second, and works again after three echoes', async () => {
  const { clock, network, buses } = createCluster(['a']);
  const bus = buses[0]!;
  const states = statesOf(bus);
  await clock.advanceAsync(600);
  expect(states).toEqual(['up']);
  network.silence();
  await clock.advanceAsync(1300);
  expect(states).toEqual(['up', 'no-echo']);
  const { sinceMs } = bus.state;
  expect(bus.send('a', 'mail', Uint8Array.of(1))).toBe('dropped');
  network.resume();
  await clock.advanceAsync(400);
  expect(bus.state).toMatchObject({ kind: 'down', sinceMs });
  await clock.advanceAsync(400);
  expect(states).toEqual(['up', 'no-echo', 'up']);
  expect(bus.counters).toMatchObject({ connectionsLost: 0, stateChanges: 3 });
});

test('BU10: a silent connection is replaced every 3 s', async () => {
  const { clock, network, buses } = createCluster(['a']);
  await clock.advanceAsync(600);
  network.silence();
  await clock.advanceAsync(7000);
  expect(buses[0]!.counters.connectionsLost).toBe(2);
  network.resume();
  await clock.advanceAsync(4000);
  expect(buses[0]!.state.kind).toBe('up');
});

test('BU2: a subscription ends when the bus goes down meanwhile, and is made when it is back', async () => {
  const { clock, network, buses } = createCluster(['a', 'b']);
  const [a, b] = [buses[0]!, buses[1]!];
  await clock.advanceAsync(600);
  network.silence();
  const confirmed: boolean[] = [];
  const messages: string[] = [];
  const subscribe = (topic: string) =>
    void a
      .subscribe(topic, () => messages.push(topic))
      .then((made) => confirmed.push(made.confirmed));
  subscribe('before');
  await clock.advanceAsync(500);
  expect(confirmed).toEqual([]);
  await clock.advanceAsync(1000);
  expect(a.state.kind).toBe('down');
  expect(confirmed).toEqual([false]);
  subscribe('after');
  await clock.advanceAsync(0);
  expect(confirmed).toEqual([false, false]);
  network.resume();
  await clock.advanceAsync(1000);
  expect(a.state.kind).toBe('up');
  expect(a.counters.connectionsLost).toBe(0);
  b.publish('before', Uint8Array.of(1));
  b.publish('after', Uint8Array.of(1));
  await clock.advanceAsync(1);
  expect(messages).toEqual(['before', 'after']);
});

test('BU2: a broker that refuses a subscription is given up', async () => {
  const { clock, network, buses } = createCluster(['a']);
  const bus = buses[0]!;
  await clock.advanceAsync(600);
  const states = statesOf(bus);
  const { whenAnswering } = network;
  network.whenAnswering = () => {
    network.cut();
    network.whenAnswering = whenAnswering;
    return Promise.resolve();
  };
  const subscription = await bus.subscribe('doc', () => undefined);
  expect(subscription.confirmed).toBe(false);
  await clock.advanceAsync(1000);
  expect(states).toEqual(['connection-lost', 'up']);
});

test('BU9: a process that was paused loses no peers and no bus', async () => {
  const { clock, network, buses } = createCluster(['a', 'b']);
  const [a, b] = [buses[0]!, buses[1]!];
  await clock.advanceAsync(600);
  const states = statesOf(a);
  const changes: string[] = [];
  a.onPeer(({ kind }) => changes.push(kind));
  // No timer runs and nothing arrives for half a minute, as after SIGSTOP.
  network.silence();
  const pausedUntilMs = clock.now() + 30_000;
  const timers: (() => void)[] = [];
  const { setTimeout } = clock;
  clock.setTimeout = (run, delayMs) =>
    setTimeout.call(clock, () => (clock.now() < pausedUntilMs ? timers.push(run) : run()), delayMs);
  await clock.advanceAsync(250);
  const firstTimers = timers.splice(0);
  await clock.advanceAsync(29_750);
  network.resume();
  for (const run of [...firstTimers, ...timers]) run();
  await clock.advanceAsync(1000);
  expect(states).toEqual([]);
  expect(changes).toEqual([]);
  expect(b.state.kind).toBe('up');
});

test('BU3, BU14: under loss, repetition and reordering a request has one outcome and mail none too many', async () => {
  const { clock, network, buses, errors } = createCluster(['a', 'b', 'c']);
  const [a, b] = [buses[0]!, buses[1]!];
  await clock.advanceAsync(600);
  network.faults = { lost: 0.05, repeated: 0.2, delayMs: [0, 200] };
  let handled = 0;
  b.onRequest('count', ({ payload }) => {
    handled++;
    return Promise.resolve(payload);
  });
  const outcomes: string[] = [];
  for (let i = 0; i < 500; i++) {
    const payload = Uint8Array.of(i % 256);
    void a.request({ node: 'b', service: 'count', payload, timeoutMs: 1000 }).then((outcome) => {
      outcomes.push(
        outcome.kind === 'answered' && outcome.payload[0] !== i % 256 ? 'wrong' : outcome.kind,
      );
    });
    await clock.advanceAsync(10);
  }
  await clock.advanceAsync(2000);
  expect(outcomes).toHaveLength(500);
  expect(new Set(outcomes)).toEqual(new Set(['answered', 'timeout']));
  expect(outcomes.filter((kind) => kind === 'answered').length).toBeGreaterThan(400);
  expect(handled).toBeGreaterThan(450);
  expect(buses.map(({ peers }) => peers.length)).toEqual([2, 2, 2]);
  expect(buses.map(({ state }) => state.kind)).toEqual(['up', 'up', 'up']);
  expect(errors).toEqual([]);
});

test('BU14: a receiver that handles 1,000 requests is busy, and a sender waits for at most 10,000', async () => {
  const { clock, buses } = createCluster(['a', 'b']);
  const [a, b] = [buses[0]!, buses[1]!];
  await clock.advanceAsync(600);
  b.onRequest('hangs', () => new Promise(() => undefined));
  const kinds: string[] = [];
  const ask = () =>
    void a
      .request({ node: 'b', service: 'hangs', payload: new Uint8Array(), timeoutMs: 60_000 })
      .then(({ kind }) => kinds.push(kind));
  for (let i = 0; i < 1001; i++) ask();
  await clock.advanceAsync(1);
  expect(kinds).toEqual(['busy']);
  for (let i = 0; i < 9001; i++) ask();
  await Promise.resolve();
  await Promise.resolve();
  expect(kinds).toEqual(['busy', 'dropped']);
  await a[Symbol.asyncDispose]();
  await clock.advanceAsync(1);
  expect(kinds.filter((kind) => kind === 'busy')).toHaveLength(9001);
});

test('BU12: many nodes that start at one moment know of each other within a second', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `node-${i}`);
  const { clock, buses } = createCluster(names);
  await clock.advanceAsync(1000);
  expect(buses.every(({ peers }) => peers.length === 19)).toBe(true);
});
