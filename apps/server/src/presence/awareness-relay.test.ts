import { describe, expect, test } from 'vitest';
import { AwarenessRelay, type AwarenessSpeaker } from './awareness-relay.ts';

const ada = { id: 'ada', name: 'Ada', color: 1 };
const bob = { id: 'bob', name: 'Bob', color: 2 };
const anonymous = { id: 'anonymous', name: 'Anonymous', color: 0 };

const native = (
  subscription: number,
  user = ada,
  client = subscription * 10,
): AwarenessSpeaker => ({ subscription, user, client });
const stock = (subscription: number): AwarenessSpeaker => ({
  subscription,
  user: anonymous,
  client: null,
});
const say = (client: number, clock = 1, state: object | null = { x: 1 }) => ({
  client,
  clock,
  state: state === null ? null : JSON.stringify(state),
});

function relayWith(kind: 'page' | 'data', ...speakers: AwarenessSpeaker[]): AwarenessRelay {
  const relay = new AwarenessRelay(kind);
  for (const speaker of speakers) relay.join(speaker);
  return relay;
}

const changesOf = (relay: AwarenessRelay) =>
  relay.takeChanges().map(({ owner, entry }) => ({
    owner,
    client: entry.client,
    clock: entry.clock,
    state: entry.state === null ? null : (JSON.parse(entry.state) as unknown),
  }));

describe('awareness relay', () => {
  test('says in pages who it is, whatever the client claims, and leaves data as it is', () => {
    const page = relayWith('page', native(1));
    page.receive(1, [say(10, 1, { cursor: 1, user: { id: 'bob', name: 'Bob' } })], 0);
    expect(changesOf(page)).toEqual([
      { owner: 1, client: 10, clock: 1, state: { cursor: 1, user: ada } },
    ]);
    const data = relayWith('data', native(1));
    data.receive(1, [say(10, 1, { user: 'mine' })], 0);
    expect(changesOf(data)).toEqual([{ owner: 1, client: 10, clock: 1, state: { user: 'mine' } }]);
  });

  test('keeps the latest of each id until it is taken', () => {
    const relay = relayWith('data', native(1), native(2, bob));
    relay.receive(1, [say(10, 1)], 0);
    relay.receive(2, [say(20, 5)], 0);
    relay.receive(1, [say(10, 3, { x: 3 })], 0);
    relay.receive(1, [say(10, 2, { x: 2 })], 0);
    expect(changesOf(relay)).toEqual([
      { owner: 1, client: 10, clock: 3, state: { x: 3 } },
      { owner: 2, client: 20, clock: 5, state: { x: 1 } },
    ]);
    expect(changesOf(relay)).toEqual([]);
  });

  test('ignores ids of others and ids that were not declared', () => {
    const relay = relayWith('page', native(1), native(2, bob));
    relay.receive(1, [say(10)], 0);
    changesOf(relay);
    expect(
      relay.receive(2, [say(10, 9, { fake: true }), say(10, 10, null), say(99)], 0).announced,
    ).toEqual([]);
    expect(changesOf(relay)).toEqual([]);
  });

  test('lets the same person take an id over, and never goes back in its clock', () => {
    const relay = relayWith('data', native(1, ada, 10));
    relay.receive(1, [say(10, 7)], 0);
    changesOf(relay);
    relay.join(native(2, ada, 10));
    expect(relay.receive(2, [say(10, 7, { again: true })], 0).announced).toEqual([10]);
    expect(changesOf(relay)).toEqual([{ owner: 2, client: 10, clock: 8, state: { again: true } }]);
    relay.leave(1);
    expect(changesOf(relay)).toEqual([]);
  });

  test('tells of a leave with a clock that counts, and of a return with a higher one', () => {
    const relay = relayWith('data', native(1, ada, 10));
    relay.receive(1, [say(10, 4)], 0);
    changesOf(relay);
    relay.leave(1);
    expect(changesOf(relay)).toEqual([{ owner: null, client: 10, clock: 5, state: null }]);
    relay.join(native(2, ada, 10));
    relay.receive(2, [say(10, 4)], 0);
    expect(changesOf(relay)).toEqual([{ owner: 2, client: 10, clock: 6, state: { x: 1 } }]);
  });

  test('passes on that a client hides, and shows newcomers only who can be seen', () => {
    const relay = relayWith('data', native(1), native(2, bob));
    relay.receive(1, [say(10, 1)], 0);
    relay.receive(2, [say(20, 1)], 0);
    changesOf(relay);
    relay.receive(1, [say(10, 1, null)], 0);
    expect(changesOf(relay)).toEqual([{ owner: 1, client: 10, clock: 2, state: null }]);
    expect(relay.snapshot()).toEqual([say(20, 1)]);
  });

  test('says a new name at once', () => {
    const relay = relayWith('page', native(1));
    relay.receive(1, [say(10, 1)], 0);
    changesOf(relay);
    relay.rename({ ...ada, name: 'Augusta' });
    expect(changesOf(relay)).toEqual([
      { owner: 1, client: 10, clock: 2, state: { x: 1, user: { ...ada, name: 'Augusta' } } },
    ]);
    relay.receive(1, [say(10, 2, { y: 1 })], 0);
    expect(changesOf(relay)).toMatchObject([
      { clock: 3, state: { y: 1, user: { name: 'Augusta' } } },
    ]);
  });

  test('binds a stock client to what it announces, up to four ids', () => {
    const relay = relayWith('data', stock(1), stock(2));
    expect(relay.receive(1, [say(1), say(2), say(3), say(4), say(5)], 0).announced).toEqual([
      1, 2, 3, 4,
    ]);
    changesOf(relay);
    relay.receive(2, [say(6)], 0);
    relay.receive(2, [say(1, 50), say(2, 50, null)], 0);
    expect(changesOf(relay).map(({ client }) => client)).toEqual([6]);
  });

  test('does not let an echo bring back who left, and lets a new connection return', () => {
    const relay = relayWith('data', stock(1), stock(2));
    relay.receive(1, [say(1, 3)], 0);
    relay.receive(2, [say(2, 1)], 0);
    changesOf(relay);
    relay.leave(1);
    expect(changesOf(relay)).toEqual([{ owner: null, client: 1, clock: 4, state: null }]);
    expect(relay.receive(2, [say(1, 3)], 0).announced).toEqual([]);
    relay.join(stock(3));
    expect(relay.receive(3, [say(1, 3)], 0).announced).toEqual([1]);
    expect(changesOf(relay)).toEqual([{ owner: 3, client: 1, clock: 5, state: { x: 1 } }]);
  });

  test('lets a stock client that reconnected replace its dead socket', () => {
    const relay = relayWith('data', stock(1));
    relay.receive(1, [say(1, 3)], 0);
    relay.join(stock(2));
    expect(relay.receive(2, [say(1, 3)], 0).announced).toEqual([1]);
    relay.leave(1);
    expect(relay.snapshot()).toEqual([]);
    expect(changesOf(relay)).toMatchObject([{ owner: 2, client: 1 }]);
  });

  test('forgets the oldest of a thousand who left', () => {
    const relay = relayWith('data');
    for (let i = 1; i <= 1_100; i++) {
      relay.join(native(i, ada, i));
      relay.receive(i, [say(i)], 0);
      relay.takeChanges();
      relay.leave(i);
    }
    relay.join(native(2_000, ada, 1));
    relay.receive(2_000, [say(1)], 0);
    relay.join(native(2_001, ada, 1_100));
    relay.receive(2_001, [say(1_100)], 0);
    expect(changesOf(relay).filter(({ state }) => state !== null)).toMatchObject([
      { client: 1_100, clock: 2 },
      { client: 1, clock: 1 },
    ]);
  });
});
