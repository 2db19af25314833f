import { TYPING_EXPIRY_MS } from '@tandem/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TimerWheel } from '../runtime/timer-wheel.ts';
import { ChannelHub } from './channel-hub.ts';
import { ChatTyping } from './chat-typing.ts';
import { FakeSubscriber } from './testing/fake-subscriber.ts';
import { ModelStore } from './testing/model-store.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function chat(...users: string[]) {
  const wheel = new TimerWheel();
  wheel.start();
  let number = 0;
  const hub = new ChannelHub({
    store: new ModelStore(),
    nextNumber: () => ++number,
    onDelivered: () => {},
    onRecovery: () => {},
    onFault: (error) => {
      throw error;
    },
    onLive: (subscription, was) => typing.welcome(subscription, was),
  });
  const viewers = new Set(['viewer']);
  const typing = new ChatTyping({
    wheel,
    mayChat: async (_, user) => !viewers.has(user),
    onLocal: () => {},
  });
  const join = async (user: string) => {
    const subscriber = new FakeSubscriber(user);
    const subscription = hub.subscribe(subscriber, { ref: 1, name: 'chat:d1' });
    await vi.advanceTimersByTimeAsync(1);
    const seen = () => subscriber.of('typing:changed').map((message) => message.users);
    return { subscriber, subscription, seen };
  };
  const people: Awaited<ReturnType<typeof join>>[] = [];
  for (const user of users) people.push(await join(user));
  return { typing, people, join, hub, viewers };
}

test('W23: everyone in the chat hears who writes, but not the writer', async () => {
  const { typing, people } = await chat('ada', 'bob', 'eve');
  const [ada, bob, eve] = people;
  await typing.start(ada!.subscription);
  expect([ada, bob, eve].map((person) => person!.seen())).toEqual([[[]], [['ada']], [['ada']]]);
  await typing.start(bob!.subscription);
  expect(ada!.seen().at(-1)).toEqual(['bob']);
  typing.stop(ada!.subscription);
  expect(eve!.seen().at(-1)).toEqual(['bob']);
});

test('W23: who joins while somebody writes is told', async () => {
  const { typing, people, join } = await chat('ada');
  await typing.start(people[0]!.subscription);
  const bob = await join('bob');
  expect(bob.subscriber.received.map(({ type }) => type)).toEqual(['subscribed', 'typing:changed']);
  expect(bob.seen()).toEqual([['ada']]);
  expect((await join('ada')).seen()).toEqual([]);
});

test('W23, T11: who lagged learns that somebody stopped', async () => {
  const { typing, people } = await chat('ada', 'bob');
  const [ada, bob] = people;
  await typing.start(ada!.subscription);
  bob!.subscriber.isConflating = true;
  bob!.subscription.state = 'lagging';
  bob!.subscriber.catchUpLater(bob!.subscription);
  typing.stop(ada!.subscription);
  bob!.subscriber.relieve();
  await vi.advanceTimersByTimeAsync(1);
  expect(bob!.seen()).toEqual([['ada'], []]);
});

test('W23: it is forgotten unless it is said again', async () => {
  const { typing, people } = await chat('ada', 'bob');
  const [ada, bob] = people;
  await typing.start(ada!.subscription);
  await vi.advanceTimersByTimeAsync(TYPING_EXPIRY_MS - 1_000);
  await typing.start(ada!.subscription);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(bob!.seen()).toEqual([['ada']]);
  await vi.advanceTimersByTimeAsync(TYPING_EXPIRY_MS);
  expect(bob!.seen()).toEqual([['ada'], []]);
});

test('W23: who may only read does not show as writing', async () => {
  const { typing, people } = await chat('viewer', 'bob');
  await typing.start(people[0]!.subscription);
  expect(people[1]!.seen()).toEqual([]);
});

test('W23: who was writing and may only read now does not show any more', async () => {
  const { typing, people, viewers } = await chat('ada', 'bob');
  const [ada, bob] = people;
  await typing.start(ada!.subscription);
  viewers.add('ada');
  await typing.start(ada!.subscription);
  expect(bob!.seen()).toEqual([['ada'], []]);
});

test('anyone who leaves with their last tab has stopped', async () => {
  const { typing, people } = await chat('ada', 'ada', 'bob');
  const [first, second, bob] = people;
  await typing.start(first!.subscription);
  first!.subscription.channel.leave(first!.subscription);
  typing.left(first!.subscription);
  expect(bob!.seen()).toEqual([['ada']]);
  second!.subscription.channel.leave(second!.subscription);
  typing.left(second!.subscription);
  expect(bob!.seen()).toEqual([['ada'], []]);
});

test('another kind of channel has nobody who writes', async () => {
  const { typing, hub } = await chat();
  const subscriber = new FakeSubscriber('ada');
  const subscription = hub.subscribe(subscriber, { ref: 1, name: 'sharing:d1' });
  await vi.advanceTimersByTimeAsync(1);
  await typing.start(subscription);
  expect(subscriber.of('typing:changed')).toEqual([]);
});
