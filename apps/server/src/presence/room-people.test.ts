import { SeededRandom } from '@tandem/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ABRUPT_LEAVE_MS,
  AWARENESS_INTERVAL_MS,
  MAX_SHOWN_MEMBERS,
  PRESENCE_INTERVAL_MS,
  type User,
} from '@tandem/protocol';
import { TimerWheel } from '../runtime/timer-wheel.ts';
import { CURSORS, PRESENCE, TIMER_WHEEL } from '../limits.ts';
import { RoomPeople } from './room-people.ts';
import { Tab } from './testing/tab.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const STATES = ['active', 'idle', 'away'] as const;

class House {
  readonly #wheel = new TimerWheel();
  readonly people = new RoomPeople({
    id: 'room',
    kind: 'page',
    channel: 1,
    wheel: this.#wheel,
    delivered: () => {},
    onPeople: () => {},
    onSettled: () => {},
    onError: (error) => {
      throw error;
    },
  });
  readonly tabs: Tab[] = [];
  readonly #names = new Map<string, User>();
  #subscriptions = 0;

  user(number: number): User {
    const id = `u${number}`;
    return this.#names.get(id) ?? { id, name: `Person ${number}`, color: number % 8 };
  }

  tab(user: number): Tab {
    const tab = new Tab(this.tabs.length + 1, this.user(user));
    this.tabs.push(tab);
    return tab;
  }

  open(tab: Tab): Tab {
    tab.subscription = ++this.#subscriptions;
    tab.connection = 'open';
    tab.isOverConflateThreshold = false;
    tab.missed = false;
    tab.cursors.clear();
    tab.user = this.#names.get(tab.user.id) ?? tab.user;
    tab.presence = this.people.join(tab);
    this.people.welcome(tab.here, tab.position);
    if (tab.state !== 'active') this.people.setState(tab.here, tab.state);
    return tab;
  }

  enter(user: number): Tab {
    return this.open(this.tab(user));
  }

  move(tab: Tab, at: number, clock = at): void {
    const state = JSON.stringify({ at });
    this.people.receiveAwareness(tab.here, [{ client: tab.client, clock, state }]);
  }

  rename(number: number, name: string): void {
    const user = { ...this.user(number), name };
    this.#names.set(user.id, user);
    for (const tab of this.tabs)
      if (tab.user.id === user.id && tab.connection === 'open') tab.user = user;
    this.people.rename(user);
  }

  pass(ms: number): void {
    for (let at = 0; at < ms; at += TIMER_WHEEL.tickMs) {
      this.#wheel.turn();
      vi.advanceTimersByTime(TIMER_WHEEL.tickMs);
    }
  }

  /** Resends to lagging clients and runs out all debounce timers. */
  settle(): void {
    this.pass(ABRUPT_LEAVE_MS + TIMER_WHEEL.tickMs);
    for (const tab of this.tabs) {
      tab.isOverConflateThreshold = false;
      if (tab.connection === 'open' && tab.missed) this.people.refresh(tab.here);
      tab.missed = false;
    }
    this.pass(2 * PRESENCE.maxIntervalMs);
  }

  /** The members, as the tabs know their own state. */
  truth(): Map<string, unknown> {
    const people = new Map<
      string,
      { user: string; name: string; color: number; state: string; clients: Set<number> }
    >();
    for (const { user, state, client, connection } of this.tabs) {
      if (connection !== 'open') continue;
      const { id, name, color } = this.#names.get(user.id) ?? user;
      const person = people.get(id) ?? { user: id, name, color, state: 'away', clients: new Set() };
      if (STATES.indexOf(state) < STATES.indexOf(person.state as 'away')) person.state = state;
      person.clients.add(client);
      people.set(id, person);
    }
    return people;
  }
}

const seen = (tab: Tab) =>
  new Map(
    [...tab.shown].map(([user, member]) => [user, { ...member, clients: new Set(member.clients) }]),
  );

function anything(context: House, chance: SeededRandom, users: number): void {
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

describe('what everybody sees', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'PR1, PR2, PR3: is true after the debounce, whatever happened over many tabs (seed %i)',
    (seed) => {
      const context = new House();
      const chance = new SeededRandom(seed);
      for (let step = 0; step < 80; step++) anything(context, chance, 6);
      context.settle();
      const truth = context.truth();
      for (const tab of context.tabs)
        if (tab.connection === 'open') expect(seen(tab)).toEqual(truth);
    },
  );

  test.each([1, 2])('PR4: is true of a crowd that comes and goes (seed %i)', (seed) => {
    const context = new House();
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
      for (let step = 0; step < 40; step++) anything(context, chance, MAX_SHOWN_MEMBERS);
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

describe('anyone who comes back', () => {
  test('PR1: hears the difference, and everything when that is less or of another room', () => {
    const context = new House();
    const tabs = [1, 2, 3, 4, 5, 6].map((user) => context.enter(user));
    context.settle();
    const [ada, bob] = tabs as [Tab, Tab];
    context.people.leave(ada.here, 'abrupt');
    context.people.leave(bob.here, 'clean');
    context.rename(3, 'Carla');
    context.pass(PRESENCE_INTERVAL_MS);
    ada.fulls = 0;
    ada.heard.length = 0;
    context.open(ada);
    expect(ada.fulls).toBe(0);
    expect(ada.heard[0]?.message).toMatchObject({ full: false, left: ['u2'] });
    context.settle();
    expect(seen(ada)).toEqual(seen(tabs[5] as Tab));
    context.people.leave(ada.here, 'abrupt');
    ada.position = { epoch: 'another room.0', offset: 1 };
    context.open(ada);
    expect(ada.fulls).toBe(1);
  });

  test('PR3: takes the place of the connection that was lost, before the server has noticed', () => {
    const context = new House();
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
    const context = new House();
    const [ada, bob] = [context.enter(1), context.enter(2)];
    context.people.leave(ada.here, 'abrupt');
    context.pass(2 * PRESENCE_INTERVAL_MS);
    expect(ada.here.subscriber).not.toBe(ada);
    expect(bob.shown.get('u1')).toMatchObject({ clients: [ada.client] });
  });

  test('PR3: within 10 s was never gone', () => {
    const context = new House();
    const [ada, bob] = [context.enter(1), context.enter(2)];
    context.settle();
    bob.heard.length = 0;
    context.people.leave(ada.here, 'abrupt');
    context.pass(ABRUPT_LEAVE_MS - 2 * TIMER_WHEEL.tickMs);
    expect(bob.heard).toEqual([]);
    context.open(ada);
    context.pass(2 * ABRUPT_LEAVE_MS);
    const left = bob.heard.flatMap(({ message }) =>
      message.type === 'presence:changed' ? message.left : [],
    );
    expect(left).toEqual([]);
  });
});

describe('a crowd', () => {
  function crowd(size: number): House {
    const context = new House();
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
    watcher.heard.length = 0;
    context.pass(400);
    const came = watcher.heard.flatMap(({ message }) =>
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
      tab.heard.length = 0;
      context.people.list(tab.here, {
        type: 'presence:list',
        channel: 1,
        ref: 7,
        query,
        after,
      });
      const message = tab.heard[0]?.message;
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

  test('PR8: hears of changes less often the larger it is', () => {
    const context = crowd(1_200);
    const [tab] = context.tabs as [Tab];
    tab.heard.length = 0;
    for (let i = 0; i < 60; i++) {
      context.enter(2_000 + i);
      context.pass(TIMER_WHEEL.tickMs);
    }
    expect(tab.heard.length).toBeLessThanOrEqual(11);
  });
});

describe('cursors', () => {
  test('PR7: of at most 50 are shown: who moved a moment ago stays, who left makes room', () => {
    const context = new House();
    const tabs = Array.from({ length: CURSORS.maxShown + 10 }, (_, user) => context.enter(user));
    const watcher = context.enter(1_000);
    const shown = () =>
      [...watcher.cursors].filter(([, { state }]) => state !== null).map(([client]) => client);
    for (const tab of tabs) context.move(tab, 1);
    context.pass(1_000);
    expect(shown()).toEqual(tabs.slice(0, CURSORS.maxShown).map(({ client }) => client));
    context.pass(CURSORS.minShownMs);
    const [quietest, late] = [tabs[0], tabs[55]] as [Tab, Tab];
    context.move(late, 2);
    context.pass(1_000);
    expect(shown()).toContain(late.client);
    expect(shown()).not.toContain(quietest.client);
    expect(shown()).toHaveLength(CURSORS.maxShown);
    const newcomer = context.enter(1_001);
    expect(newcomer.cursors.size).toBe(CURSORS.maxShown);
    for (const tab of tabs.slice(20)) context.people.leave(tab.here, 'clean');
    context.pass(2_000);
    expect(shown()).toHaveLength(20);
    expect(shown()).toContain(quietest.client);
  });

  test('PR6: cost a bounded amount however many move, and clients are asked to be slower', () => {
    const context = new House();
    const tabs = Array.from({ length: 300 }, (_, user) => context.enter(user));
    context.settle();
    const [watcher] = tabs as [Tab];
    for (const tab of tabs) tab.isOverConflateThreshold = tab !== watcher;
    const seconds = 10;
    for (let step = 1; step <= (seconds * 1000) / AWARENESS_INTERVAL_MS; step++) {
      for (const tab of tabs) context.move(tab, step);
      vi.advanceTimersByTime(AWARENESS_INTERVAL_MS);
    }
    const told = watcher.heard.filter(({ message }) => message.type === 'awareness').length;
    // 300 receivers of 50 cursors: a pause of 300 × 54 / 50,000 s.
    expect(told).toBeLessThanOrEqual(seconds / 0.324 + 2);
    expect(told).toBeGreaterThan(seconds / 0.4);
    expect(watcher.cursorIntervalMs).toBe(264);
    for (let step = 1; step <= 100; step++) {
      context.move(tabs[1] as Tab, 1_000 + step);
      vi.advanceTimersByTime(100);
    }
    expect(watcher.cursorIntervalMs).toBe(AWARENESS_INTERVAL_MS);
  });

  test('PR6: are told at once after a pause, and every 33 ms among a few', () => {
    const context = new House();
    const [ada, bob] = [context.enter(1), context.enter(2)];
    context.settle();
    bob.heard.length = 0;
    context.move(ada, 1);
    vi.advanceTimersByTime(1);
    expect(bob.heard).toHaveLength(1);
    for (let at = 2; at < 1_000; at++) {
      context.move(ada, at);
      vi.advanceTimersByTime(1);
    }
    expect(bob.heard.length).toBeGreaterThan(28);
    expect(bob.heard.length).toBeLessThan(33);
  });
});

describe('nobody shows as someone else', () => {
  const say = (client: number, clock: number, state: object | null = { at: 1 }) => ({
    client,
    clock,
    state: state === null ? null : JSON.stringify(state),
  });

  test('W22: not by a foreign client id, a forged user, 100,000 ids, or a clock far ahead', () => {
    const context = new House();
    const [ada, eve, watcher] = [context.enter(1), context.enter(2), context.enter(3)];
    const hear = (tab: Tab, ...entries: ReturnType<typeof say>[]) => {
      context.people.receiveAwareness(tab.here, entries);
      context.pass(500);
    };
    hear(ada, say(ada.client, 1));
    hear(eve, say(ada.client, 2 ** 31), say(ada.client, 2 ** 31, null));
    hear(eve, say(eve.client, 2 ** 31, { at: 6, user: context.user(1) }));
    hear(eve, ...Array.from({ length: 100_000 }, (_, i) => say(1_000 + i, 1)));
    hear(ada, say(ada.client, 2, { at: 2 }));
    const states = [...watcher.cursors].map(([client, { state }]) => [
      client,
      JSON.parse(state ?? 'null') as unknown,
    ]);
    expect(states).toEqual([
      [ada.client, { at: 2, user: context.user(1) }],
      [eve.client, { at: 6, user: context.user(2) }],
    ]);
    expect(watcher.shown.get('u2')).toMatchObject({ name: 'Person 2', clients: [eve.client] });
    // A client that returns under an id taken meanwhile stays nameless rather than wrong.
    context.people.leave(ada.here, 'clean');
    const mallory = context.tab(4);
    Object.assign(mallory, { client: ada.client });
    context.open(mallory);
    hear(mallory, say(ada.client, 1, { at: 7, user: context.user(1) }));
    expect(watcher.cursors.get(ada.client)?.state).toBe(
      JSON.stringify({ at: 7, user: context.user(4) }),
    );
    context.open(ada);
    hear(ada, say(ada.client, 3, { at: 8 }));
    expect(watcher.cursors.get(ada.client)?.state).toContain('"u4"');
  });
});

function below(chance: SeededRandom, limit: number): number {
  return chance.int(0, limit - 1);
}
