import { expect, test } from 'vitest';
import { RECOVERY_MS } from '@tandem/protocol';
import { ChannelHub } from './channel-hub.ts';
import { LatestChannel } from './latest-channel.ts';
import { FakeSubscriber } from './testing/fake-subscriber.ts';
import { ModelStore, settled } from './testing/model-store.ts';

function fixture() {
  const banned = new Set<string>();
  const store = Object.assign(new ModelStore(), {
    maySee: async (_document: string, user: string) => !banned.has(user),
    whoMaySee: async () => {
      if (store.failing) throw new Error('the store fails');
      return (user: string) => !banned.has(user);
    },
  });
  const faults: unknown[] = [];
  let number = 0;
  const hub = new ChannelHub({
    store,
    nextNumber: () => ++number,
    onDelivered: () => {},
    onRecovery: () => {},
    onFault: (error) => faults.push(error),
    onLive: () => {},
  });
  const come = async (user: string, name: 'library' | `chat:${string}` | `sharing:${string}`) => {
    const subscriber = new FakeSubscriber(user);
    const subscription = hub.subscribe(subscriber, { ref: 9, name });
    await settled();
    return { subscriber, subscription };
  };
  return { hub, store, banned, faults, come };
}

test('gives a channel one number, and each person a library of their own (W29)', async () => {
  const { come } = fixture();
  const numbers = [];
  for (const [user, name] of [
    ['ada', 'chat:d1'],
    ['bob', 'chat:d1'],
    ['ada', 'library'],
    ['bob', 'library'],
  ] as const)
    numbers.push((await come(user, name)).subscriber.of('subscribed')[0]?.channel);
  expect(numbers).toEqual([1, 1, 2, 3]);
});

test('refuses anyone who may not see the document (W34)', async () => {
  const { banned, come, hub } = fixture();
  banned.add('bob');
  const { subscriber, subscription } = await come('bob', 'chat:d1');
  expect(subscriber.received).toMatchObject([
    { type: 'unsubscribed', channel: 0, ref: 9, error: { code: 'not-found' } },
  ]);
  expect(subscription.isOver).toBe(true);
  expect(hub.documents().size).toBe(0);
});

test('W47 sends the state of sharing again when access changes, and whole to those who come back', async () => {
  const { hub, store, come } = fixture();
  const { subscriber } = await come('ada', 'sharing:d1');
  const chat = await come('ada', 'chat:d1');
  await hub.recheck('d1');
  await settled();
  expect(subscriber.of('subscribed')).toHaveLength(2);
  expect(chat.subscriber.of('subscribed')).toHaveLength(1);
  const back = new FakeSubscriber('ada');
  const position = { epoch: store.epoch, offset: store.head };
  hub.subscribe(back, { ref: 9, name: 'sharing:d1', position });
  hub.subscribe(back, { ref: 10, name: 'chat:d1', position });
  await settled();
  expect(back.of('subscribed')).toMatchObject([
    { name: 'chat:d1', recovered: true },
    { name: 'sharing:d1', recovered: false },
  ]);
});

test('ends the channels of anyone who may not see the document any more, and no others (W34)', async () => {
  const { hub, store, banned, come } = fixture();
  const bob = await come('bob', 'chat:d1');
  const bobSharing = await come('bob', 'sharing:d1');
  const elsewhere = await come('bob', 'chat:d2');
  const ada = await come('ada', 'chat:d1');
  banned.add('bob');
  await hub.recheck('d1');
  for (const { subscriber } of [bob, bobSharing])
    expect(subscriber.of('unsubscribed')).toMatchObject([{ error: { code: 'not-found' } }]);
  for (const { subscriber } of [ada, elsewhere]) expect(subscriber.of('unsubscribed')).toEqual([]);
  hub.committed([{ key: 'chat:d1', ...store.commit(1) }]);
  expect(bob.subscriber.of('events')).toEqual([]);
  expect(ada.subscriber.of('events')).toHaveLength(1);
});

test('lets nobody stay when it cannot be found out who may', async () => {
  const { hub, store, faults, come } = fixture();
  const ada = await come('ada', 'chat:d1');
  store.failing = true;
  await hub.recheck('d1');
  expect(ada.subscriber.of('unsubscribed')).toMatchObject([{ error: { temporary: true } }]);
  expect(faults).toHaveLength(1);
});

test('answers with a temporary error when a state cannot be read', async () => {
  const { store, faults, come } = fixture();
  store.failing = true;
  const { subscriber } = await come('ada', 'library');
  expect(subscriber.received).toMatchObject([
    { type: 'unsubscribed', error: { code: 'internal' } },
  ]);
  expect(faults).toHaveLength(1);
});

test('keeps a channel for those who come back soon, and then lets it go', async () => {
  const { hub, come } = fixture();
  const { subscription } = await come('ada', 'chat:d1');
  const now = Date.now();
  hub.sweep(now);
  subscription.channel.leave(subscription);
  hub.sweep(now + RECOVERY_MS);
  expect(hub.size).toBe(1);
  hub.sweep(now + RECOVERY_MS + 1);
  expect(hub.size).toBe(0);
});

test('publishes one message to all who watch a latest value, and skips slow subscribers (W33)', async () => {
  const channel = new LatestChannel({
    name: 'dashboard',
    number: 5,
    maySee: (user) => user !== 'outsider',
    state: () => ({ type: 'dashboard', samples: [] }),
    onDelivered: () => {},
  });
  const [one, two, outsider] = ['ada', 'bob', 'outsider'].map((user) => new FakeSubscriber(user));
  for (const subscriber of [one, two, outsider]) channel.subscribe(subscriber as FakeSubscriber, 1);
  await settled();
  expect(one?.of('subscribed')).toMatchObject([{ recovered: false, state: { samples: [] } }]);
  expect(outsider?.of('unsubscribed')).toMatchObject([{ error: { code: 'not-found' } }]);
  const message = { type: 'dashboard:changed', channel: 5, sample: {} as never } as const;
  channel.publish(message);
  (two as FakeSubscriber).isConflating = true;
  channel.publish(message);
  expect([one, two, outsider].map((each) => each?.of('dashboard:changed').length)).toEqual([
    2, 1, 0,
  ]);
  expect(one?.encoded[1]).toBe(two?.encoded[1]);
});
