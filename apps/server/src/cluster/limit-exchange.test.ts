import { SeededRandom } from '@tandem/testkit';
import { pack } from 'msgpackr';
import { expect, onTestFinished, test } from 'vitest';
import { encodeFrame } from '../bus/frame.ts';
import { createNode, heartbeat, rawBroker } from '../bus/testing/bus-fixture.ts';
import { openMemory } from '../bus/testing/memory-environment.ts';
import { NODE_LEASE } from '../bus/bus-limits.ts';
import { SHARED_LIMITS } from '../limits.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { LimitExchange } from './limit-exchange.ts';

const MAX = 20;
const REPORTED_FROM = MAX * SHARED_LIMITS.reportedShare;
const RATE = { burst: 40, perSecond: 4 };
/** A change is told, and has arrived. */
const ROUND_MS = SHARED_LIMITS.intervalMs + 50;
const HEALED_MS = SHARED_LIMITS.forgetAfterMs + 2 * SHARED_LIMITS.repeatMs;

type Environment = ReturnType<typeof openMemory>;

function createMember(environment: Environment, name: string) {
  const { bus } = createNode(environment, name);
  const held = new Map<string, number>();
  const limiter = new KeyedRateLimiter({ rate: RATE, clock: environment.clock });
  let unknown = 0;
  const exchange = new LimitExchange({
    bus,
    onUnknown: () => unknown++,
    clock: environment.clock,
    counts: { user: { max: MAX, of: (key) => held.get(key) ?? 0, keys: () => held.keys() } },
    rates: { reads: limiter },
  });
  onTestFinished(() => exchange[Symbol.dispose]());
  const set = (key: string, count: number): void => {
    if (count === 0) held.delete(key);
    else held.set(key, count);
    exchange.changed('user', key);
  };
  return {
    bus,
    exchange,
    held,
    limiter,
    unknown: () => unknown,
    set,
    /** As `ConnectionPolicy` does. */
    tryHold(key: string): boolean {
      const here = held.get(key) ?? 0;
      if (here + exchange.count('user', key) >= MAX) return false;
      set(key, here + 1);
      return true;
    },
    take: (key: string, attempts: number): number =>
      Array.from({ length: attempts }, () => limiter.tryTake(key)).filter(Boolean).length,
  };
}

type Member = ReturnType<typeof createMember>;

async function createMembers(count: number, environment = openMemory()) {
  const members = Array.from({ length: count }, (_, i) => createMember(environment, `n${i}`));
  await environment.until(() => members.every(({ bus }) => bus.peers.length === count - 1));
  return { environment, members };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
const total = (members: readonly Member[], key: string): number =>
  sum(members.map(({ held }) => held.get(key) ?? 0));

function expectAllKnown(members: readonly Member[], keys: readonly string[]): void {
  for (const member of members) {
    const others = members.filter((other) => other !== member);
    for (const key of keys) {
      const told = others.map(({ held }) => held.get(key) ?? 0).filter((n) => n >= REPORTED_FROM);
      expect(member.exchange.count('user', key), key).toBe(sum(told));
    }
  }
}

test.each([1, 2, 3, 4, 5])(
  'LI2 LI3 nodes know what others hold, whatever the bus has lost (seed %i)',
  async (seed) => {
    const { environment, members } = await createMembers(3, openMemory(seed % 2 === 0, seed));
    const random = new SeededRandom(seed);
    const keys = ['ada', 'bob', 'eve'];
    const change = (): void =>
      members[random.int(0, members.length - 1)]!.set(
        keys[random.int(0, keys.length - 1)]!,
        random.int(0, 6),
      );
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 5; i++) change();
      await environment.pass(ROUND_MS);
      expectAllKnown(members, keys);
    }
    environment.network.faults = { lost: 0.4, repeated: 0.2, delayMs: [0, 400] };
    for (let round = 0; round < 60; round++) {
      change();
      if (round % 20 === 10) await environment.cut();
      await environment.pass(random.int(0, 400));
    }
    environment.network.faults = { lost: 0, repeated: 0, delayMs: [0, 0] };
    await environment.pass(HEALED_MS);
    expectAllKnown(members, keys);
  },
);

test.each([1, 2, 3])(
  'LI1 LI6 connections that come one after the other share one limit (seed %i)',
  async (seed) => {
    const { environment, members } = await createMembers(3, openMemory(true, seed));
    const random = new SeededRandom(seed);
    for (let i = 0; i < 100; i++) {
      members[random.int(0, 2)]!.tryHold('ada');
      await environment.pass(ROUND_MS);
    }
    const unreported = (members.length - 1) * (REPORTED_FROM - 1);
    expect(total(members, 'ada')).toBeGreaterThanOrEqual(MAX);
    expect(total(members, 'ada')).toBeLessThanOrEqual(MAX + unreported);
    const full = members.find(({ held }) => (held.get('ada') ?? 0) > REPORTED_FROM)!;
    full.set('ada', full.held.get('ada')! - 1 - unreported);
    await environment.pass(ROUND_MS);
    expect(members.some((member) => member.tryHold('ada'))).toBe(true);
  },
);

test('LI6 connections that come to all nodes in one moment are at most the limit of each', async () => {
  const { environment, members } = await createMembers(3);
  for (let i = 0; i < 2 * MAX; i++) for (const member of members) member.tryHold('ada');
  expect(total(members, 'ada')).toBe(members.length * MAX);
  await environment.pass(ROUND_MS);
  for (const member of members) expect(member.tryHold('ada')).toBe(false);
});

test('LI2 a node that joins learns what the others hold', async () => {
  const { environment, members } = await createMembers(2);
  members[0]!.set('ada', 5);
  members[1]!.set('ada', 6);
  members[1]!.set('bob', 1);
  await environment.pass(ROUND_MS);
  const late = createMember(environment, 'late');
  await environment.until(() => late.bus.peers.length === 2);
  await environment.pass(ROUND_MS);
  expectAllKnown([...members, late], ['ada', 'bob']);
});

test('LI2 what changes while a node joins is told to all', async () => {
  const { environment, members } = await createMembers(2);
  const [one] = members as [Member, Member];
  const late = createMember(environment, 'late');
  let changes = 0;
  await environment.until(() => {
    if (one.bus.peers.length < 2) one.set('ada', 5 + (changes++ % 2));
    return late.bus.peers.length === 2;
  });
  await environment.pass(ROUND_MS);
  expectAllKnown([...members, late], ['ada']);
});

test('LI2 what a node told before it was alone is not told again', async () => {
  const { environment, members } = await createMembers(2);
  const [one, two] = members as [Member, Member];
  one.set('ada', 5);
  await environment.pass(ROUND_MS);
  await two.bus[Symbol.asyncDispose]();
  await environment.until(() => one.bus.peers.length === 0);
  one.set('ada', 0);
  const late = createMember(environment, 'late');
  await environment.until(() => late.bus.peers.length === 1);
  await environment.pass(SHARED_LIMITS.repeatMs + ROUND_MS);
  expect(late.exchange.count('user', 'ada')).toBe(0);
});

test('LI3 what a node holds ends when it drains, and when it leaves', async () => {
  const { environment, members } = await createMembers(3);
  const [one, two, three] = members as [Member, Member, Member];
  for (const member of members) member.set('ada', 4);
  await environment.pass(ROUND_MS);
  two.exchange.release();
  two.set('ada', 3);
  await environment.pass(50);
  expect(one.exchange.count('user', 'ada')).toBe(4);
  await environment.pass(2 * SHARED_LIMITS.repeatMs);
  expect(one.exchange.count('user', 'ada')).toBe(4);
  await three.bus[Symbol.asyncDispose]();
  await environment.pass(50);
  expect(one.exchange.count('user', 'ada')).toBe(0);
});

/** What no exchange of this node would send, from a node that says nothing after it. */
async function sendRaw(environment: Environment, payload: Uint8Array): Promise<void> {
  const from = { node: 'other', boot: 'other-boot' };
  const broker = await rawBroker(environment, from.node);
  broker.announce(heartbeat(from.node, from.boot, environment.clock.now()));
  const frame = encodeFrame({ kind: 'mail', from, service: 'limits', payload });
  broker.publish({ kind: 'mailbox', node: 'n0' }, frame);
  await environment.pass(50);
}

test('LI3 what a lost node holds ends after its lease', async () => {
  const { environment, members } = await createMembers(1);
  await sendRaw(environment, pack({ kind: 'counts', entries: [['user', 'ada', MAX]] }));
  expect(members[0]!.tryHold('ada')).toBe(false);
  await environment.pass(NODE_LEASE.expiryMs);
  expect(members[0]!.bus.peers).toEqual([]);
  expect(members[0]!.tryHold('ada')).toBe(true);
});

test.each([
  ['nothing', null],
  ['text for a number', [['user', 'ada', `${MAX}`]]],
  [
    'a name that is too long',
    [
      ['user', 'ada', MAX],
      ['user', 'x'.repeat(257), 1],
    ],
  ],
])('a message of another version changes nothing: %s', async (_, entries) => {
  const { environment, members } = await createMembers(1);
  await sendRaw(environment, pack({ kind: 'counts', entries }));
  expect(members[0]!.tryHold('ada')).toBe(true);
  expect(members[0]!.unknown()).toBe(1);
});

test('LI4 LI6 what several nodes give of one rate is little more than one would give', async () => {
  const { environment, members } = await createMembers(3);
  let taken = 0;
  const seconds = 60;
  for (let round = 0; round < (seconds * 1_000) / ROUND_MS; round++) {
    for (const member of members) taken += member.take('ada', 2);
    await environment.pass(ROUND_MS);
  }
  const alone = RATE.burst + seconds * RATE.perSecond;
  const unreported = members.length * RATE.burst * SHARED_LIMITS.reportedShare;
  expect(taken).toBeGreaterThan(alone - unreported - RATE.burst);
  expect(taken).toBeLessThan(alone + unreported + RATE.burst);
});

test('LI4 what was given everywhere in one moment is paid back', async () => {
  const { environment, members } = await createMembers(2);
  expect(members.map((member) => member.take('ada', 100))).toEqual([RATE.burst, RATE.burst]);
  await environment.pass(ROUND_MS);
  await environment.pass((0.9 * 1_000 * RATE.burst) / RATE.perSecond);
  expect(members.map((member) => member.take('ada', 100))).toEqual([0, 0]);
});

test('LI4 what is given back on one node is there on the others', async () => {
  const { environment, members } = await createMembers(2);
  const [one, two] = members as [Member, Member];
  expect(one.take('ada', 100)).toBe(RATE.burst);
  await environment.pass(ROUND_MS);
  one.limiter.refund('ada', RATE.burst);
  await environment.pass(ROUND_MS);
  expect(two.take('ada', 100)).toBe(RATE.burst);
});

test('LI6 without a bus, each node limits alone', async () => {
  const { environment, members } = await createMembers(2);
  for (const member of members) member.set('ada', MAX / 2);
  await environment.pass(ROUND_MS);
  expect(members[0]!.tryHold('ada')).toBe(false);
  await environment.stop();
  await environment.pass(NODE_LEASE.expiryMs + SHARED_LIMITS.repeatMs);
  expect(members[0]!.tryHold('ada')).toBe(true);
  await environment.resume();
  await environment.until(() => members.every(({ bus }) => bus.peers.length === 1));
  await environment.pass(ROUND_MS);
  expect(members[0]!.tryHold('ada')).toBe(false);
});

test('more than fits into one message is told, except names that are too long', async () => {
  const { environment, members } = await createMembers(2);
  const [one, two] = members as [Member, Member];
  const keys = Array.from({ length: SHARED_LIMITS.perMessage + 1 }, (_, i) => `${i}`.padEnd(256));
  for (const key of [...keys, 'x'.repeat(257)]) one.set(key, 4);
  await environment.pass(ROUND_MS);
  for (const key of keys) expect(two.exchange.count('user', key)).toBe(4);
  expect(two.exchange.count('user', 'x'.repeat(257))).toBe(0);
});

test('a node that is alone, or whose users hold little, sends nothing', async () => {
  const { environment, members } = await createMembers(1);
  const [one] = members as [Member];
  const sent = (): number => one.bus.counters.sent + one.bus.counters.droppedWhileDown;
  const change = (count: number): void => {
    one.set('ada', count);
    one.take('ada', count);
  };
  change(MAX);
  await environment.pass(HEALED_MS);
  expect(sent()).toBe(0);
  one.set('ada', 0);
  createMember(environment, 'other');
  await environment.until(() => one.bus.peers.length === 1);
  for (let i = 0; i < 20; i++) {
    change(i % REPORTED_FROM);
    await environment.pass(SHARED_LIMITS.repeatMs);
  }
  expect(sent()).toBe(0);
});
