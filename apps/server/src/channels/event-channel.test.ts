import { expect, test } from 'vitest';
import { SeededRandom, seedsToRun } from '@tandem/testkit';
import {
  RECOVERY_BYTES,
  RECOVERY_EVENTS,
  RECOVERY_MS,
  type ChannelPosition,
} from '@tandem/protocol';
import { EventChannel } from './event-channel.ts';
import { Subscription } from './subscription.ts';
import { FakeSubscriber } from './testing/fake-subscriber.ts';
import { ModelStore, offsetOf, settled } from './testing/model-store.ts';

const NUMBER = 7;

function fixture(store = new ModelStore()) {
  const faults: unknown[] = [];
  const delivered: number[] = [];
  const channel = new EventChannel({
    key: 'chat:d1',
    name: 'chat:d1',
    number: NUMBER,
    store,
    onDelivered: (receivers) => delivered.push(receivers),
    onRecovery: () => {},
    onFault: (error) => faults.push(error),
    onLive: () => {},
  });
  const subscribe = async (position: ChannelPosition | null, subscriber = new FakeSubscriber()) => {
    const subscription = new Subscription(subscriber, channel, 1);
    channel.join(subscription);
    await channel.sendInitialState(subscription, position);
    return { subscriber, subscription };
  };
  return { store, channel, faults, delivered, subscribe };
}

test('gives anyone who has nothing the state, and then what is committed (W31)', async () => {
  const { store, channel, subscribe } = fixture();
  store.commit(3);
  const { subscriber } = await subscribe(null);
  expect(subscriber.of('subscribed')).toMatchObject([
    { channel: NUMBER, ref: 1, recovered: false, epoch: 'e1', offset: 3, state: { head: 3 } },
  ]);
  channel.committed(store.commit(2));
  expect(subscriber.of('events')).toMatchObject([{ channel: NUMBER, from: 3, to: 5 }]);
});

test('W46 ends the subscription to a state that is too large to send, and leaves the connection', async () => {
  const { store, channel, subscribe, faults } = fixture();
  store.commit(1);
  const subscriber = new FakeSubscriber();
  subscriber.refuses = ({ type }) => type === 'subscribed';
  const { subscription } = await subscribe(null, subscriber);
  expect(subscriber.received).toMatchObject([
    { type: 'unsubscribed', channel: 0, ref: 1, error: { code: 'too-large', temporary: false } },
  ]);
  expect(subscription.isOver).toBe(true);
  channel.committed(store.commit(1));
  expect(subscriber.received).toHaveLength(1);
  expect(faults).toEqual([]);
});

test('makes one message for all subscribers', async () => {
  const { store, channel, subscribe, delivered } = fixture();
  const all = await Promise.all([subscribe(null), subscribe(null), subscribe(null)]);
  channel.committed(store.commit(2));
  const messages = new Set(all.map(({ subscriber }) => subscriber.encoded.at(-1)));
  expect(messages.size).toBe(1);
  expect(delivered).toEqual([3]);
});

test('recovers from memory what followed a position (W31)', async () => {
  const { store, channel, subscribe } = fixture();
  await subscribe(null);
  channel.committed(store.commit(5));
  store.failing = true;
  const { subscriber } = await subscribe({ epoch: 'e1', offset: 2 });
  expect(subscriber.of('subscribed')).toEqual([
    {
      type: 'subscribed',
      channel: NUMBER,
      ref: 1,
      name: 'chat:d1',
      recovered: true,
      epoch: 'e1',
      offset: 5,
    },
  ]);
  expect(subscriber.of('events').flatMap(({ events }) => events.map(offsetOf))).toEqual([3, 4, 5]);
});

test('recovers from rows what is not in memory, as after a restart (W31)', async () => {
  const { store, subscribe } = fixture();
  store.commit(250);
  const { subscriber } = await subscribe({ epoch: 'e1', offset: 10 });
  expect(subscriber.of('subscribed')).toMatchObject([{ recovered: true, offset: 250 }]);
  const offsets = subscriber.of('events').flatMap(({ events }) => events.map(offsetOf));
  expect(offsets).toEqual(Array.from({ length: 240 }, (_, i) => 11 + i));
});

test('reads rows once for all who come back together', async () => {
  const store = new ModelStore('by hand');
  const { subscribe } = fixture(store);
  store.commit(20);
  const all = Promise.all(Array.from({ length: 10 }, () => subscribe({ epoch: 'e1', offset: 10 })));
  await settled();
  let questions = 0;
  for (; store.waiting > 0; questions++) {
    expect(store.waiting).toBe(1);
    await store.step();
    await store.step();
  }
  expect(questions).toBe(2);
  const messages = new Set((await all).map(({ subscriber }) => subscriber.encoded.at(-1)));
  expect(messages.size).toBe(1);
});

test.each([
  ['of another epoch', { epoch: 'e0', offset: 5 }],
  ['beyond the head', { epoch: 'e1', offset: 401 }],
  ['older than the rows', { epoch: 'e1', offset: 5 }],
])('gives the state for a position %s (W30, W31)', async (_what, position) => {
  const { store, subscribe } = fixture();
  store.commit(400);
  const { subscriber } = await subscribe(position);
  expect(subscriber.of('subscribed')).toMatchObject([{ recovered: false, state: { head: 400 } }]);
  expect(subscriber.of('events')).toEqual([]);
});

test('does not repeat what the state already had when it was read (W30)', async () => {
  const { store, channel, subscribe } = fixture();
  await subscribe(null);
  const missed = store.commit(2);
  const { subscriber } = await subscribe(null);
  expect(subscriber.of('subscribed')).toMatchObject([{ offset: 2 }]);
  channel.committed(missed);
  expect(subscriber.of('events')).toEqual([]);
  channel.committed(store.commit(1));
  expect(subscriber.of('events')).toMatchObject([{ from: 2, to: 3 }]);
});

test('reads again what another node published after a running read had begun', async () => {
  const store = new ModelStore('by hand');
  const { channel, subscribe } = fixture(store);
  const opened = subscribe(null);
  await settled();
  await store.answerAll();
  const { subscriber } = await opened;
  void channel.resync();
  // The read sees the head of this moment.
  await store.step();
  store.commit(2);
  void channel.moved({ epoch: 'e1', offset: 2 });
  await store.answerAll();
  expect(subscriber.of('events')).toMatchObject([{ from: 0, to: 2 }]);
});

test.each([
  ['reads nothing for a position it has', { epoch: 'e1', offset: 2 }, 0],
  ['reads one that is beyond its own', { epoch: 'e1', offset: 3 }, 1],
  ['reads one of another epoch', { epoch: 'e2', offset: 1 }, 1],
])('%s, when another node has published', async (_, position, reads) => {
  const store = new ModelStore();
  store.commit(2);
  const { channel, subscribe } = fixture(store);
  await subscribe(null);
  let asked = 0;
  const { readHead } = store;
  store.readHead = () => {
    asked++;
    return readHead.call(store);
  };
  await channel.moved(position);
  expect(asked).toBe(reads);
});

test('repairs a gap of the other side, from history or with the state (W32)', async () => {
  const { store, channel, subscribe } = fixture();
  store.commit(400);
  const { subscriber, subscription } = await subscribe(null);
  channel.committed(store.commit(4));
  subscriber.received.length = 0;
  await channel.repair(subscription, 402);
  expect(subscriber.received).toMatchObject([{ type: 'events', from: 402, to: 404 }]);
  subscriber.received.length = 0;
  await channel.repair(subscription, 1);
  expect(subscriber.received).toMatchObject([{ type: 'subscribed', ref: 1, recovered: false }]);
});

test('sends nothing to a slow subscriber, and then all that it missed', async () => {
  const { store, channel, subscribe } = fixture();
  const { subscriber } = await subscribe(null);
  const other = await subscribe(null);
  subscriber.isLagging = true;
  for (let i = 0; i < 5; i++) channel.committed(store.commit(2));
  expect(subscriber.of('events')).toEqual([]);
  expect(other.subscriber.of('events')).toHaveLength(5);
  subscriber.relieve();
  await settled();
  expect(subscriber.of('events')).toMatchObject([{ from: 0, to: 10 }]);
  channel.committed(store.commit(1));
  expect(subscriber.of('events').at(-1)).toMatchObject({ from: 10, to: 11 });
});

test('finds commits without a notification, and goes on', async () => {
  const { store, channel, subscribe } = fixture();
  const { subscriber } = await subscribe(null);
  store.commit(3);
  await channel.resync();
  expect(subscriber.of('events')).toMatchObject([{ from: 0, to: 3 }]);
  store.commit(2);
  // Simulates a missed commit notification.
  channel.committed(store.commit(1));
  await settled();
  expect(subscriber.of('events').map(({ from, to }) => [from, to])).toEqual([
    [0, 3],
    [3, 6],
  ]);
});

test('begins again for all when what was between is not to be had (W31)', async () => {
  const { store, channel, subscribe } = fixture();
  const { subscriber } = await subscribe(null);
  store.keptRows = 10;
  store.commit(50);
  await channel.resync();
  await settled();
  expect(subscriber.of('subscribed').at(-1)).toMatchObject({ recovered: false, offset: 50 });
  expect(subscriber.of('events')).toEqual([]);
});

test('sends everybody away when it cannot be read, and serves who comes again', async () => {
  const { store, channel, subscribe, faults } = fixture();
  const { subscriber } = await subscribe(null);
  store.commit(3);
  store.failing = true;
  await channel.resync();
  expect(subscriber.of('unsubscribed')).toMatchObject([
    { channel: NUMBER, error: { code: 'internal', temporary: true } },
  ]);
  expect(faults).toHaveLength(1);
  store.failing = false;
  expect((await subscribe(null)).subscriber.of('subscribed')).toMatchObject([{ offset: 3 }]);
});

test('keeps so many events in memory, for so long', async () => {
  const { store, channel, subscribe } = fixture();
  await subscribe(null);
  for (let i = 0; i < RECOVERY_EVENTS + 50; i++) channel.committed(store.commit(1));
  store.failing = true;
  const recovered = await subscribe({ epoch: 'e1', offset: 50 });
  expect(recovered.subscriber.of('subscribed')).toMatchObject([{ recovered: true }]);
  await expect(subscribe({ epoch: 'e1', offset: 48 })).rejects.toThrow('the store fails');
  expect(channel.sweep(Date.now() + RECOVERY_MS + 1, RECOVERY_MS)).toBe('in use');
  await expect(subscribe({ epoch: 'e1', offset: 340 })).rejects.toThrow('the store fails');
  expect(RECOVERY_BYTES).toBeGreaterThan(100 * RECOVERY_EVENTS);
});

test('may go when nobody was there for a while', async () => {
  const { channel, subscribe } = fixture();
  const { subscription } = await subscribe(null);
  const now = Date.now();
  channel.sweep(now, RECOVERY_MS);
  channel.leave(subscription);
  expect(channel.sweep(now + 1, RECOVERY_MS)).toBe('in use');
  expect(channel.sweep(now + RECOVERY_MS + 1, RECOVERY_MS)).toBe('idle');
});

/** A subscriber that verifies each event arrives once and in order, or a whole state. */
class Witness extends FakeSubscriber {
  at: number | null;
  readonly #position: ChannelPosition | null;
  #checked = 0;
  mayRepeat = false;

  constructor(position: ChannelPosition | null) {
    super();
    this.#position = position;
    this.at = null;
  }

  check(): void {
    for (const message of this.received.slice(this.#checked)) {
      if (message.type === 'subscribed') {
        if (message.recovered) {
          expect(this.at).toBeNull();
          expect(message.epoch).toBe(this.#position?.epoch);
          this.at = this.#position?.offset ?? null;
        } else {
          expect(message.state).toMatchObject({ head: message.offset });
          this.at = message.offset;
        }
      } else if (message.type === 'events') {
        const { from, to, events } = message;
        expect(events.map(offsetOf)).toEqual(
          Array.from({ length: to - from }, (_, i) => from + i + 1),
        );
        if (this.mayRepeat) expect(from).toBeLessThanOrEqual(this.at ?? -1);
        else expect(from).toBe(this.at);
        this.at = Math.max(this.at ?? 0, to);
      }
    }
    this.#checked = this.received.length;
  }
}

const plan = seedsToRun({ count: 300 });

test.each(plan)(
  'gives everyone each event once and in order, whatever comes between, seed %i (W30, W31)',
  async (seed) => {
    const random = new SeededRandom(seed);
    const store = new ModelStore('by hand');
    store.keptRows = random.pick([5, 20, 300]);
    const { channel, faults } = fixture(store);
    let missed: ReturnType<ModelStore['commit']>[] = [];
    let here: { witness: Witness; subscription: Subscription }[] = [];
    const anyone = () => (here.length === 0 ? undefined : random.pick(here));
    const come = () => {
      const offset = random.int(0, store.head + 2);
      const epoch = random.chance(0.9) ? 'e1' : 'e0';
      const position = random.chance(0.6) ? { epoch, offset } : null;
      const witness = new Witness(position);
      const subscription = new Subscription(witness, channel, 1);
      channel.join(subscription);
      void channel.sendInitialState(subscription, position);
      here.push({ witness, subscription });
    };
    const acts: readonly (() => void | Promise<void>)[] = [
      come,
      () => void missed.push(store.commit(random.int(1, 4))),
      () => void missed.push(store.commit(1)),
      () => {
        const run = missed.shift();
        if (run !== undefined) channel.committed(run);
      },
      () => {
        // Committed by another node.
        const run = missed.shift();
        const position = { epoch: 'e1', offset: (run?.from ?? 0) + (run?.events.length ?? 0) };
        if (run !== undefined) void channel.moved(position);
      },
      () => store.step(random.int(0, Math.max(0, store.waiting - 1))),
      () => store.step(0),
      () => {
        const one = anyone();
        if (one === undefined) return;
        channel.leave(one.subscription);
        here = here.filter((other) => other !== one);
      },
      () => {
        const one = anyone();
        if (one !== undefined) one.witness.isLagging = true;
      },
      () => anyone()?.witness.relieve(),
      () => {
        const one = anyone();
        if (one?.subscription.state !== 'live') return;
        one.witness.mayRepeat = true;
        void channel.repair(one.subscription, random.int(0, one.witness.at ?? 0));
      },
      () => {
        if (!random.chance(0.1)) return;
        missed = [];
        void channel.resync();
      },
      () => void channel.sweep(Date.now() + random.pick([0, RECOVERY_MS + 1]), Infinity),
    ];
    for (let step = 0; step < 200; step++) {
      await random.pick(acts)();
      await settled();
      for (const { witness } of here) witness.check();
    }
    for (const run of missed) channel.committed(run);
    await store.answerAll();
    void channel.resync();
    for (let i = 0; i < 10; i++) {
      for (const { witness } of here) witness.relieve();
      await settled();
      await store.answerAll();
    }
    for (const { witness, subscription } of here) {
      witness.check();
      expect(subscription.state).toBe('live');
      expect(witness.at).toBe(store.head);
    }
    expect(faults).toEqual([]);
  },
);
