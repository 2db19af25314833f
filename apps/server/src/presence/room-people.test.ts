import { SeededRandom } from '@tandem/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ABRUPT_LEAVE_MS, MAX_SHOWN_MEMBERS, PRESENCE_INTERVAL_MS } from '@tandem/protocol';
import { PRESENCE } from './limits.ts';
import { TIMER_WHEEL } from '../limits.ts';
import { RoomFixture, STATES } from './testing/room-fixture.ts';
import type { Tab } from './testing/tab.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const seen = (tab: Tab) =>
  new Map(
    [...tab.shown].map(([user, member]) => [user, { ...member, clients: new Set(member.clients) }]),
  );

function step(context: RoomFixture, chance: SeededRandom, users: number): void {
  const pick = <T>(list: readonly T[]): T | undefined =>
    list.length === 0 ? undefined : list[below(chance, list.length)];
  const tabs = context.tabs;
  const open = pick(tabs.filter(({ connection }) => connection === 'open'));
  const gone = pick(tabs.filter(({ connection }) => connection === 'cut'));
  switch (below(chance, 9)) {
    case 0:
    case 1:
      context.enter(below(chance, users));
      break;
    case 2:
      if (open === undefined) break;
      open.connection = 'none';
      context.people.leave(open.here, 'clean');
      break;
    case 3:
      if (open === undefined) break;
      open.connection = 'cut';
      context.people.leave(open.here, 'abrupt');
      break;
    case 4:
      if (gone !== undefined) context.open(gone);
      break;
    case 5:
      // The connection broke, and the server has not noticed when the tab is back.
      if (open !== undefined) {
        const { here } = open;
        context.open(open);
        context.people.leave(here, 'abrupt');
      }
      break;
    case 6:
      if (open === undefined) break;
      open.state = STATES[below(chance, 3)] ?? 'active';
      context.people.setState(open.here, open.state);
      break;
    case 7:
      if (open !== undefined && below(chance, 3) === 0) open.isOverConflateThreshold = true;
      else if (open?.missed === true) {
        open.isOverConflateThreshold = false;
        open.missed = false;
        context.people.refresh(open.here);
      } else context.rename(below(chance, users), `Name ${below(chance, 1000)}`);
      break;
    default:
      context.pass(below(chance, ABRUPT_LEAVE_MS));
  }
}

describe('the members', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'PR1, PR2, PR3: are the same for all tabs after the debounce (seed %i)',
    (seed) => {
      const context = new RoomFixture();
      const chance = new SeededRandom(seed);
      for (let i = 0; i < 80; i++) step(context, chance, 6);
      context.settle();
      const truth = context.truth();
      for (const tab of context.tabs)
        if (tab.connection === 'open') expect(seen(tab)).toEqual(truth);
    },
  );

  test.each([1, 2])('PR4: are right in a crowd that comes and goes (seed %i)', (seed) => {
    const context = new RoomFixture();
    const chance = new SeededRandom(seed);
    for (let user = 0; user < MAX_SHOWN_MEMBERS - 10; user++) context.enter(user);
    for (let round = 0; round < 3; round++) {
      const change = round % 2 === 0 ? 30 : -80;
      for (let i = 0; i < Math.abs(change); i++) {
        if (change > 0) context.enter(MAX_SHOWN_MEMBERS + round * 100 + i);
        else {
          const tab = context.tabs.find(({ connection }) => connection === 'open') as Tab;
          tab.connection = 'none';
          context.people.leave(tab.here, 'clean');
        }
      }
      for (let i = 0; i < 40; i++) step(context, chance, MAX_SHOWN_MEMBERS);
      context.settle();
      const truth = context.truth();
      const open = context.tabs.filter(({ connection }) => connection === 'open');
      const [shown] = new Set(open.map((tab) => tab.shown.size));
      if (truth.size > MAX_SHOWN_MEMBERS) expect(shown).toBe(100);
      if (truth.size < PRESENCE.crowdEndsBelow) expect(shown).toBe(truth.size);
      for (const tab of open) {
        const { active, idle, away } = tab.counts as NonNullable<Tab['counts']>;
        expect(active + idle + away).toBe(truth.size);
        expect(tab.shown.size).toBe(shown);
      }
      for (const tab of chance.shuffle(open).slice(0, 5)) {
        expect({ ...tab.you, clients: new Set(tab.you?.clients) }).toEqual(truth.get(tab.user.id));
        for (const [user, member] of seen(tab)) expect(member).toEqual(truth.get(user));
      }
    }
  });
});

describe('a tab that comes back', () => {
  test('PR1: gets the difference, and the whole list when that is smaller or of another room', () => {
    const context = new RoomFixture();
    const tabs = [1, 2, 3, 4, 5, 6].map((user) => context.enter(user));
    context.settle();
    const [ada, bob] = tabs as [Tab, Tab];
    context.people.leave(ada.here, 'abrupt');
    context.people.leave(bob.here, 'clean');
    context.rename(3, 'Carla');
    context.pass(PRESENCE_INTERVAL_MS);
    ada.fulls = 0;
    ada.received.length = 0;
    context.open(ada);
    expect(ada.fulls).toBe(0);
    expect(ada.received[0]?.message).toMatchObject({ full: false, left: ['u2'] });
    context.settle();
    expect(seen(ada)).toEqual(seen(tabs[5] as Tab));
    context.people.leave(ada.here, 'abrupt');
    ada.position = { epoch: 'another room.0', offset: 1 };
    context.open(ada);
    expect(ada.fulls).toBe(1);
  });

  test('PR3: takes the place of the connection that was lost, before the server has noticed', () => {
    const context = new RoomFixture();
    const ada = context.enter(1);
    const bob = context.enter(2);
    const before = ada.here;
    ada.state = 'away';
    context.open(ada);
    context.pass(PRESENCE_INTERVAL_MS);
    expect(bob.shown.get('u1')).toMatchObject({ state: 'away', clients: [ada.client] });
    context.people.leave(before, 'abrupt');
    context.pass(2 * ABRUPT_LEAVE_MS);
    expect(bob.shown.has('u1')).toBe(true);
  });

  test('PR3: keeps nothing of the connection that is gone while its person is shown', () => {
    const context = new RoomFixture();
    const [ada, bob] = [context.enter(1), context.enter(2)];
    context.people.leave(ada.here, 'abrupt');
    context.pass(2 * PRESENCE_INTERVAL_MS);
    expect(ada.here.subscriber).not.toBe(ada);
    expect(bob.shown.get('u1')).toMatchObject({ clients: [ada.client] });
  });

  test('PR3: within 10 s was never gone', () => {
    const context = new RoomFixture();
    const [ada, bob] = [context.enter(1), context.enter(2)];
    context.settle();
    bob.received.length = 0;
    context.people.leave(ada.here, 'abrupt');
    context.pass(ABRUPT_LEAVE_MS - 2 * TIMER_WHEEL.tickMs);
    expect(bob.received).toEqual([]);
    context.open(ada);
    context.pass(2 * ABRUPT_LEAVE_MS);
    const left = bob.received.flatMap(({ message }) =>
      message.type === 'presence:changed' ? message.left : [],
    );
    expect(left).toEqual([]);
  });
});

test('other nodes are told the cursors of each tab here, and not those that it repeats', () => {
  const context = new RoomFixture();
  const [ada, ben] = [context.enter(1), context.enter(2)];
  context.move(ada, 5);
  context.told.length = 0;
  const [own] = context.people.localCursors();
  expect(own).toMatchObject({ subscription: ada.subscription, entries: [{ client: ada.client }] });
  // As a stock client does with what it receives.
  context.people.receiveAwareness(ben.here, own!.entries);
  expect(context.told).toEqual([]);
  context.move(ben, 7);
  expect(context.told).toMatchObject([
    { kind: 'awareness', subscription: ben.subscription, entries: [{ client: ben.client }] },
  ]);
  expect(context.people.localCursors()).toHaveLength(2);
});

describe('a crowd', () => {
  function crowd(size: number): RoomFixture {
    const context = new RoomFixture();
    for (let user = 0; user < size; user++) context.enter(user);
    context.settle();
    return context;
  }

  test('PR4: shows those who moved or wrote last, a few new ones at a time', () => {
    const context = crowd(600);
    const [watcher, writer] = [context.tabs[0], context.tabs[599]] as [Tab, Tab];
    expect(watcher.shown.has('u599')).toBe(false);
    expect(watcher.counts).toEqual({ active: 600, idle: 0, away: 0 });
    context.people.acted(writer.here);
    context.settle();
    expect(watcher.shown.has('u599')).toBe(true);
    expect(watcher.shown.size).toBe(100);
    for (const tab of context.tabs.slice(300, 500)) context.move(tab, 1);
    watcher.received.length = 0;
    context.pass(400);
    const came = watcher.received.flatMap(({ message }) =>
      message.type === 'presence:changed' ? message.members : [],
    );
    expect(came.length).toBeLessThanOrEqual(20);
    context.settle();
    expect(watcher.shown.has('u599')).toBe(true);
  });

  test('PR5: is listed by name, a page of 100 at a time', () => {
    const context = crowd(600);
    const [tab] = context.tabs as [Tab];
    const ask = (query: string, after: number) => {
      tab.received.length = 0;
      context.people.list(tab.here, {
        type: 'presence:list',
        channel: 1,
        ref: 7,
        query,
        after,
      });
      const message = tab.received[0]?.message;
      if (message?.type !== 'presence:listed') throw new Error('no answer');
      return message;
    };
    const users: string[] = [];
    let next: number | null = 0;
    while (next !== null) {
      const page = ask('', next);
      expect(page.members.length).toBeLessThanOrEqual(100);
      users.push(...page.members.map(({ user }) => user));
      next = page.next;
    }
    expect(users).toEqual(context.tabs.map(({ user }) => user.id));
    context.rename(599, 'Zoë Ångström');
    expect(ask(' ÅNGSTROM ', 0)).toMatchObject({ ref: 7, members: [{ user: 'u599' }], next: null });
    expect(ask('nobody', 0)).toMatchObject({ members: [], next: null });
  });

  test('PR8: gets changes less often the larger it is', () => {
    const context = crowd(1_200);
    const [tab] = context.tabs as [Tab];
    tab.received.length = 0;
    for (let i = 0; i < 60; i++) {
      context.enter(2_000 + i);
      context.pass(TIMER_WHEEL.tickMs);
    }
    expect(tab.received.length).toBeLessThanOrEqual(11);
  });
});

function below(chance: SeededRandom, limit: number): number {
  return chance.int(0, limit - 1);
}
