import { expect, onTestFinished, test } from 'vitest';
import type { LaterRows } from '@tandem/sync';
import { createNodes } from '../bus/testing/bus-fixture.ts';
import { openMemory } from '../bus/testing/memory-environment.ts';
import type { FollowRequest } from '../engine/port.ts';
import { ROOM_EXCHANGE } from './limits.ts';
import type { RemoteMember } from '../presence/remote-people.ts';
import type { LocalCursors } from '../presence/room-people.ts';
import { encodeMessage } from './node-message.ts';
import { RoomExchange } from './room-exchange.ts';

const DOCUMENT = 'd1';
const NAME_OF_120_BYTES = '海'.repeat(40);

/** A document that is open on two nodes, and what the other one is told about it. */
async function twoRooms() {
  const environment = openMemory();
  const [a, b] = await createNodes(environment);
  const people: RemoteMember[] = [];
  const followed: FollowRequest[] = [];
  const heard: (readonly RemoteMember[])[] = [];
  const localCursors: LocalCursors[] = [];
  const cursors: number[] = [];
  const unknown: string[] = [];
  const open = (
    bus: typeof a.bus,
    localPeople: readonly RemoteMember[],
    localCursors: readonly LocalCursors[],
  ) => {
    const exchange = new RoomExchange({
      bus,
      engine: { follow: (request) => void followed.push(request) },
      find: () => ({
        localPeople,
        localCursors,
        remotePeople: {
          receive: (_node, members) => void heard.push(members),
          receiveAwareness: (_node, subscription) => void cursors.push(subscription),
          forget: () => {},
        },
        setTypingOf: () => {},
      }),
      setChatTypingOf: () => {},
      onUnknown: () => void unknown.push('unknown'),
      clock: environment.clock,
    });
    onTestFinished(() => exchange[Symbol.dispose]());
    exchange.onOpened(DOCUMENT);
    return exchange;
  };
  const here = open(a.bus, people, localCursors);
  open(b.bus, [], []);
  await environment.pass(100);
  heard.length = 0;
  const tell = async (ms: number) => {
    here.onLocalPeople(DOCUMENT, { kind: 'changed' });
    await environment.pass(ms);
    return heard.filter((members) => members.length > 0);
  };
  const publish = async (message: unknown) => {
    a.bus.publish(`document/${DOCUMENT}`, encodeMessage(message));
    await environment.pass(100);
  };
  return {
    environment,
    here,
    people,
    localCursors,
    ask: () => b.bus.publish(`document/${DOCUMENT}`, encodeMessage({ kind: 'who-is-there' })),
    followed,
    heard,
    cursors,
    unknown,
    tell,
    publish,
  };
}

function rows(sizes: readonly number[], owners = 1): LaterRows {
  return {
    base: 7,
    rows: sizes.map((size, i) => ({
      offset: 8 + i,
      update: new Uint8Array(size),
      user: 'ada',
    })),
    owners: new Map(Array.from({ length: owners }, (_, i) => [2 ** 31 + i, `user-${i}`] as const)),
    tail: 'batch-2',
    previousTail: 'batch-1',
  };
}

function member(subscription: number, name = 'Ada', announced = 1): RemoteMember {
  const id = `user-${subscription}`.padEnd(26, '0');
  const clients = Array.from({ length: announced }, (_, i) => 2 ** 31 + 100 * subscription + i);
  const user = { id, name, color: 1 };
  return { subscription, user, client: null, state: 'active', announced: clients };
}

test.each([
  ['as they are', [ROOM_EXCHANGE.maxRowBytes], 'later'],
  ['as a head, when they are too large', [ROOM_EXCHANGE.maxRowBytes, 1], 'moved'],
  ['as they are, of any number', Array.from({ length: 500 }, () => 40), 'later'],
  // Each of them has an offset and a user too.
  ['as a head, when they are too many', Array.from({ length: 5_000 }, () => 2), 'moved'],
] as const)('tells other nodes about rows %s', async (_, sizes, kind) => {
  const { environment, here, followed } = await twoRooms();
  const later = rows(sizes);
  here.appended({ kind: 'appended', document: DOCUMENT, epoch: 'e1', later });
  await environment.pass(100);
  const head = later.base + sizes.length;
  const position = { document: DOCUMENT, epoch: 'e1' };
  if (kind === 'moved') expect(followed).toMatchObject([{ kind, ...position, head }]);
  else expect(followed).toEqual([{ kind, ...position, later }]);
});

test('everyone who is there is told, up to the limit; beyond it those who came last', async () => {
  const { people, tell } = await twoRooms();
  const { maxMembers, peopleIntervalMs } = ROOM_EXCHANGE;
  for (let i = 1; i <= maxMembers; i++) people.push(member(i, NAME_OF_120_BYTES));
  expect(await tell(peopleIntervalMs + 50)).toEqual([people]);
  people.push(member(maxMembers + 1, NAME_OF_120_BYTES));
  expect((await tell(peopleIntervalMs + 50)).at(-1)).toEqual(people.slice(1));
});

test('when the people do not fit into a message, those who came last are told', async () => {
  const { people, tell } = await twoRooms();
  for (let i = 1; i <= ROOM_EXCHANGE.maxMembers; i++) people.push(member(i, NAME_OF_120_BYTES, 80));
  const told = await tell(ROOM_EXCHANGE.peopleIntervalMs + 50);
  expect(told).toEqual([people.slice(-ROOM_EXCHANGE.maxMembers / 2)]);
});

test('cursors that do not fit into a message are sent one by one', async () => {
  const { environment, here, cursors } = await twoRooms();
  const state = JSON.stringify({ anchor: 'x'.repeat(4_000) });
  for (let i = 1; i <= 20; i++)
    here.onLocalPeople(DOCUMENT, {
      kind: 'awareness',
      subscription: i,
      entries: [{ client: i, clock: 1, state }],
    });
  await environment.pass(ROOM_EXCHANGE.cursorIntervalMs + 50);
  expect(cursors).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('cursors that do not move are told to a node that asks who is there, and repeated', async () => {
  const { environment, people, localCursors, ask, cursors } = await twoRooms();
  people.push(member(7));
  localCursors.push({ subscription: 7, entries: [{ client: 700, clock: 3, state: '{}' }] });
  ask();
  await environment.pass(100);
  expect(cursors).toEqual([7]);
  await environment.pass(ROOM_EXCHANGE.repeatMs + 100);
  expect(cursors.length).toBeGreaterThan(1);
});

test('UP7 fields that a node does not know are passed over, and messages that it does not know are counted', async () => {
  const { followed, heard, unknown, publish } = await twoRooms();
  await publish({ kind: 'moved', epoch: 'e1', head: 7, since: 3 });
  await publish({ kind: 'people', members: [{ ...member(1), mood: 'calm' }] });
  expect(followed).toEqual([{ kind: 'moved', document: DOCUMENT, epoch: 'e1', head: 7 }]);
  expect(heard).toEqual([[member(1)]]);
  expect(unknown).toEqual([]);
  await publish({ kind: 'drawing' });
  await publish({ kind: 'moved', epoch: 7 });
  expect(unknown).toHaveLength(2);
  expect(followed).toHaveLength(1);
});
