import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  ACTIVITY_INTERVAL_MS,
  MAX_FOLLOWED_DOCUMENTS,
  type ActivityState,
  type User,
} from '@tandem/protocol';
import { Activity } from './activity.ts';
import { FakeSubscriber } from './testing/fake-subscriber.ts';

const NUMBER = 3;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const chatted = (activity: Activity, document: string, head: number, isImported = false) =>
  activity.chatted(document, { head, isImported });

const values = (chatHead = 0) => ({
  excerpt: '',
  updatedAt: 0,
  present: [],
  chatHead,
  chatImported: 0,
  chatDeleted: [],
});

async function fixture() {
  const lists: Record<string, ActivityState['documents']> = {
    ada: { d1: values(), d2: values() },
    bob: { d1: values() },
  };
  const present = new Map<string, User[]>();
  const banned = new Set<string>();
  const longLists: Record<string, Set<string>> = {};
  let loads = 0;
  const activity = new Activity({
    number: NUMBER,
    load: async (user) => {
      loads++;
      return lists[user] ?? {};
    },
    whoMaySee: async () => (user) => !banned.has(user),
    whoLists: async (documents, users) =>
      users.filter((user) => documents.some((document) => longLists[user]?.has(document))),
    present: (document) => present.get(document) ?? [],
    onDelivered: () => {},
    onFault: (error) => {
      throw error;
    },
  });
  const come = async (user: string) => {
    const subscriber = new FakeSubscriber(user);
    const subscription = activity.subscribe(subscriber, 1);
    await pass(0);
    return { subscriber, subscription };
  };
  const ada = await come('ada');
  const bob = await come('bob');
  await pass(2 * ACTIVITY_INTERVAL_MS);
  for (const { subscriber } of [ada, bob]) {
    subscriber.received.length = 0;
    subscriber.encoded.length = 0;
  }
  return { activity, lists, longLists, present, banned, come, ada, bob, loads: () => loads };
}

const pass = async (ms: number) => void (await vi.advanceTimersByTimeAsync(ms));

const changes = ({ subscriber }: { subscriber: FakeSubscriber }) =>
  subscriber.of('activity:changed').map(({ documents }) => documents);

test('begins with the state of the whole list (W33)', async () => {
  const { come, present } = await fixture();
  present.set('d2', [{ id: 'bob', name: 'Bob', color: 1 }]);
  const { subscriber } = await come('ada');
  expect(subscriber.of('subscribed')).toMatchObject([
    {
      channel: NUMBER,
      recovered: false,
      state: { type: 'activity', documents: { d1: values(), d2: { present: [{ id: 'bob' }] } } },
    },
  ]);
});

test('makes one message for all who have a document on their list, and none for others', async () => {
  const { activity, ada, bob } = await fixture();
  chatted(activity, 'd1', 4);
  chatted(activity, 'd2', 7);
  chatted(activity, 'd3', 9);
  await pass(ACTIVITY_INTERVAL_MS);
  expect(changes(ada)).toEqual([{ d1: values(4) }, { d2: values(7) }]);
  expect(changes(bob)).toEqual([{ d1: values(4) }]);
  expect(bob.subscriber.encoded[0]).toBe(ada.subscriber.encoded[0]);
});

test('says the newest values at most once a second, the first at once (W33)', async () => {
  const { activity, bob } = await fixture();
  for (let i = 1; i <= 40; i++) {
    chatted(activity, 'd1', i);
    activity.excerptChanged('d1', { excerpt: `Words ${i}`, at: i });
    await pass(ACTIVITY_INTERVAL_MS / 10);
  }
  activity.chatDeleted('d1', 8);
  activity.chatDeleted('d1', 7);
  await pass(ACTIVITY_INTERVAL_MS);
  const heads = changes(bob).map(({ d1 }) => d1?.chatHead);
  expect(heads.length).toBeLessThanOrEqual(6);
  expect(heads[0]).toBeLessThanOrEqual(2);
  expect(changes(bob).at(-1)).toEqual({
    d1: {
      excerpt: 'Words 40',
      updatedAt: 40,
      present: [],
      chatHead: 40,
      chatImported: 0,
      chatDeleted: [{ from: 7, to: 8 }],
    },
  });
});

test('W48 says how far a chat was imported', async () => {
  const { activity, bob } = await fixture();
  chatted(activity, 'd1', 1, true);
  chatted(activity, 'd1', 2, true);
  chatted(activity, 'd1', 3);
  // Nodes hear of each other’s messages late.
  chatted(activity, 'd1', 1, true);
  await pass(ACTIVITY_INTERVAL_MS);
  expect(changes(bob).at(-1)).toMatchObject({ d1: { chatHead: 3, chatImported: 2 } });
});

test('follows who is in a document', async () => {
  const { activity, present, bob } = await fixture();
  const ada = { id: 'ada', name: 'Ada', color: 2 };
  present.set('d1', [ada]);
  activity.peopleChanged('d1');
  await pass(ACTIVITY_INTERVAL_MS);
  present.delete('d1');
  activity.peopleChanged('d1');
  await pass(ACTIVITY_INTERVAL_MS);
  expect(changes(bob).map(({ d1 }) => d1?.present)).toEqual([[ada], []]);
});

test('follows the list', async () => {
  const { activity, lists, bob } = await fixture();
  lists['bob'] = { d2: values(7) };
  activity.relisted('bob');
  await pass(ACTIVITY_INTERVAL_MS);
  // `d2` was known from Ada's list.
  expect(changes(bob)).toEqual([{ d1: null }, { d2: values() }]);
  chatted(activity, 'd1', 1);
  await pass(ACTIVITY_INTERVAL_MS);
  expect(changes(bob)).toHaveLength(2);
});

test('keeps telling those who stay when others leave', async () => {
  const { activity, lists, come, ada } = await fixture();
  for (const user of ['cleo', 'dora', 'eve']) lists[user] = { d1: values() };
  const [cleo, dora, eve] = await Promise.all(['cleo', 'dora', 'eve'].map(come));
  await pass(2 * ACTIVITY_INTERVAL_MS);
  for (const person of [ada, cleo, dora, eve]) person!.subscriber.received.length = 0;
  for (const gone of [ada, dora]) activity.leave(gone!.subscription);
  chatted(activity, 'd1', 9);
  await pass(ACTIVITY_INTERVAL_MS);
  expect([ada, cleo, dora, eve].map((person) => changes(person!).length)).toEqual([0, 1, 0, 1]);
});

test('says nothing more of a document to anyone who lost the right to it (W34)', async () => {
  const { activity, banned, ada, bob } = await fixture();
  banned.add('bob');
  await activity.recheck('d1');
  expect(changes(bob)).toEqual([{ d1: null }]);
  chatted(activity, 'd1', 1);
  await pass(ACTIVITY_INTERVAL_MS);
  expect(changes(bob)).toHaveLength(1);
  expect(changes(ada)).toEqual([{ d1: values(1) }]);
});

test('leaves out what a pressed connection would get, and then gives it the newest of all', async () => {
  const { activity, bob } = await fixture();
  bob.subscriber.isConflating = true;
  for (let i = 1; i <= 3; i++) {
    chatted(activity, 'd1', i);
    await pass(ACTIVITY_INTERVAL_MS);
  }
  expect(bob.subscriber.received).toEqual([]);
  bob.subscriber.relieve();
  expect(bob.subscriber.of('subscribed')).toMatchObject([
    { state: { documents: { d1: { chatHead: 3 } } } },
  ]);
  chatted(activity, 'd1', 4);
  await pass(ACTIVITY_INTERVAL_MS);
  expect(changes(bob)).toEqual([{ d1: values(4) }]);
});

test('reads a list once for all tabs of a person, and forgets it with the last', async () => {
  const { activity, come, bob, loads } = await fixture();
  const before = loads();
  const second = await come('bob');
  expect(loads()).toBe(before);
  for (const { subscription } of [bob, second]) activity.leave(subscription);
  await come('bob');
  expect(loads()).toBe(before + 1);
});

test('W41 of a long list follows what was changed last, also what was far down until then', async () => {
  const { activity, lists, longLists, come, bob, loads } = await fixture();
  const many = Array.from({ length: MAX_FOLLOWED_DOCUMENTS }, (_, index) => [
    `m${index}`,
    values(),
  ]);
  lists['cem'] = Object.fromEntries(many);
  longLists['cem'] = new Set(['far']);
  const cem = await come('cem');
  await pass(2 * ACTIVITY_INTERVAL_MS);
  cem.subscriber.received.length = 0;
  const before = loads();
  activity.changed('elsewhere');
  activity.excerptChanged('m1', { excerpt: 'followed', at: 1 });
  await pass(ACTIVITY_INTERVAL_MS);
  expect(loads()).toBe(before);
  lists['cem'] = { ...Object.fromEntries(many.slice(1)), far: values() };
  activity.changed('far');
  await pass(2 * ACTIVITY_INTERVAL_MS);
  expect(loads()).toBe(before + 1);
  expect(Object.assign({}, ...changes(cem))).toMatchObject({ far: values(), m0: null });
  expect(changes(bob)).toEqual([]);
});
