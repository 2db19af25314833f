/** A room, the tabs of its people, and time under the control of the test. */
import { vi } from 'vitest';
import { ABRUPT_LEAVE_MS, type User } from '@tandem/protocol';
import { TimerWheel } from '../../runtime/timer-wheel.ts';
import { PRESENCE } from '../limits.ts';
import { TIMER_WHEEL } from '../../limits.ts';
import { RoomPeople, type LocalPeopleEvent } from '../room-people.ts';
import { Tab } from './tab.ts';

export const STATES = ['active', 'idle', 'away'] as const;

export class RoomFixture {
  readonly #wheel = new TimerWheel();
  /** What other nodes are told. */
  readonly told: LocalPeopleEvent[] = [];
  readonly people = new RoomPeople({
    id: 'room',
    kind: 'page',
    channel: 1,
    wheel: this.#wheel,
    delivered: () => {},
    onPeople: () => {},
    onLocal: (event) => void this.told.push(event),
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

  settle(): void {
    this.pass(ABRUPT_LEAVE_MS + TIMER_WHEEL.tickMs);
    for (const tab of this.tabs) {
      tab.isOverConflateThreshold = false;
      if (tab.connection === 'open' && tab.missed) this.people.refresh(tab.here);
      tab.missed = false;
    }
    this.pass(2 * PRESENCE.maxIntervalMs);
  }

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
