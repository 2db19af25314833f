/**
 * The members of a room: one per user over all connections, with the most active state of these,
 * shown until the last one has left.
 *
 * Others know a position. Its offset grows with each batch of changes, and the roster records the
 * batch of each change and leave, so a returning client gets the difference. A crowd shows only a
 * page, cheaper to send whole than to track: a new epoch begins with it, and another when it ends.
 */
import {
  MAX_LISTED_MEMBERS,
  MAX_SHOWN_MEMBERS,
  type ChannelPosition,
  type Member,
  type MemberCounts,
  type PresenceState,
  type User,
} from '@tandem/protocol';
import type { Subscriber } from './subscriber.ts';
import { PRESENCE } from './limits.ts';
import { VisibleMembers } from './visible-members.ts';

/** One channel of a user. There is one per open channel: short lists take less room than maps. */
export interface Presence {
  subscriber: Subscriber;
  readonly person: Person;
  state: PresenceState;
  announced: readonly number[];
}

interface Person {
  user: User;
  folded: string | null;
  presences: readonly Presence[];
  state: PresenceState;
  readonly order: number;
  /** When the user last moved or wrote, in milliseconds of any clock; 0 before that. */
  actedAt: number;
  offset: number;
}

export type PresenceChange =
  | { readonly kind: 'everything' }
  | {
      readonly kind: 'difference';
      readonly from: number;
      readonly members: readonly Member[];
      readonly left: readonly string[];
      readonly concernsAll: boolean;
      readonly own: readonly {
        readonly member: Member;
        readonly presences: readonly Presence[];
      }[];
    };

export interface PresenceDifference {
  readonly members: readonly Member[];
  readonly left: readonly string[];
}

export interface PresencePage {
  readonly members: Member[];
  readonly next: number | null;
}

const NOTHING: readonly number[] = [];

const STATES: readonly PresenceState[] = ['active', 'idle', 'away'];

export class Roster {
  readonly #id: string;
  readonly #people = new Map<string, Person>();
  readonly #counts = { active: 0, idle: 0, away: 0 };
  readonly #changed = new Set<string>();
  /** Users who left, and in which batch; oldest first. */
  readonly #departed = new Map<string, number>();
  #page: VisibleMembers | null = null;
  #epoch = 0;
  #offset = 0;
  /** Clients at or before this offset may have missed a leave that is no longer recorded. */
  #forgottenOffset = 0;
  #isEpochTold = true;
  #sentCounts = '';
  #lastOrder = 0;

  constructor(id: string) {
    this.#id = id;
  }

  get size(): number {
    return this.#people.size;
  }

  get isCrowd(): boolean {
    return this.#page !== null;
  }

  get position(): ChannelPosition {
    return { epoch: `${this.#id}.${this.#epoch}`, offset: this.#offset };
  }

  get counts(): MemberCounts {
    return { ...this.#counts };
  }

  /** A tab that reconnects before its old connection timed out replaces it. */
  join(subscriber: Subscriber): Presence {
    const { user, client } = subscriber;
    let person = this.#people.get(user.id);
    if (person === undefined) {
      const order = ++this.#lastOrder;
      person = {
        user,
        folded: null,
        presences: [],
        state: 'active',
        order,
        actedAt: 0,
        offset: 0,
      };
      this.#people.set(user.id, person);
      this.#counts.active++;
    }
    const others =
      client === null
        ? person.presences
        : person.presences.filter((presence) => !speaksAs(presence, client));
    const presence: Presence = { subscriber, person, state: 'active', announced: NOTHING };
    person.presences = others.concat(presence);
    this.#settle(person);
    this.#settleMode();
    return presence;
  }

  leave(presence: Presence): void {
    const { person } = presence;
    if (isOver(presence)) return;
    person.presences = person.presences.filter((other) => other !== presence);
    if (person.presences.length > 0) {
      this.#settle(person);
      return;
    }
    this.#people.delete(person.user.id);
    this.#counts[person.state]--;
    this.#changed.add(person.user.id);
  }

  setState(presence: Presence, state: PresenceState): void {
    if (presence.state === state || isOver(presence)) return;
    presence.state = state;
    this.#settle(presence.person);
  }

  addClient(presence: Presence, client: number): void {
    if (speaksAs(presence, client) || isOver(presence)) return;
    presence.announced = presence.announced.concat(client);
    this.#settle(presence.person);
  }

  acted(presence: Presence, nowMs: number): boolean {
    if (isOver(presence)) return false;
    const { person } = presence;
    person.actedAt = nowMs;
    return this.#page !== null && !this.#page.has(person.user.id);
  }

  rename(user: User): void {
    const person = this.#people.get(user.id);
    if (person === undefined) return;
    person.user = user;
    person.folded = null;
    this.#changed.add(user.id);
  }

  users(limit: number): User[] {
    const users: User[] = [];
    for (const { user } of this.#people.values()) {
      if (users.length === limit) break;
      users.push(user);
    }
    return users;
  }

  member(user: string): Member | null {
    const person = this.#people.get(user);
    return person === undefined ? null : toMember(person);
  }

  members(): Member[] {
    const shown = this.#page?.ordered(this.#people) ?? [...this.#people.values()];
    return shown.map(toMember);
  }

  /** The difference from `position`; null where the whole list is smaller, or required. */
  since({ epoch, offset }: ChannelPosition): PresenceDifference | null {
    const isKnown = epoch === this.position.epoch && offset <= this.#offset;
    if (!isKnown || offset < this.#forgottenOffset || this.#page !== null) return null;
    const members: Member[] = [];
    const left: string[] = [];
    for (const person of this.#people.values()) {
      if (person.offset > offset || this.#changed.has(person.user.id))
        members.push(toMember(person));
    }
    for (const user of new Set([...this.#departed.keys(), ...this.#changed])) {
      const leftAt = this.#changed.has(user) ? Infinity : (this.#departed.get(user) ?? 0);
      if (leftAt > offset && !this.#people.has(user)) left.push(user);
    }
    return members.length + left.length < this.#people.size ? { members, left } : null;
  }

  list({ query, after }: { readonly query: string; readonly after: number }): PresencePage {
    const wanted = fold(query.trim());
    const members: Member[] = [];
    let last = after;
    for (const person of this.#people.values()) {
      if (person.order <= after) continue;
      person.folded ??= fold(person.user.name);
      if (!person.folded.includes(wanted)) continue;
      if (members.length === MAX_LISTED_MEMBERS) return { members, next: last };
      members.push(toMember(person));
      last = person.order;
    }
    return { members, next: null };
  }

  takeChanges(nowMs: number): PresenceChange | null {
    this.#settleMode();
    if (!this.#isEpochTold) {
      this.#isEpochTold = true;
      this.#changed.clear();
      this.#sentCounts = JSON.stringify(this.#counts);
      return { kind: 'everything' };
    }
    const turned = this.#page?.turn(this.#people, nowMs);
    if (turned === undefined) return this.#changed.size === 0 ? null : this.#everyonesChanges();
    if (this.#changed.size + turned.came.length + turned.went.length === 0) return null;
    return this.#crowdsChanges(turned);
  }

  #everyonesChanges(): PresenceChange {
    const from = this.#offset++;
    const members: Member[] = [];
    const left: string[] = [];
    for (const id of this.#changed) {
      const person = this.#people.get(id);
      this.#departed.delete(id);
      if (person === undefined) {
        left.push(id);
        this.#departed.set(id, this.#offset);
      } else {
        person.offset = this.#offset;
        members.push(toMember(person));
      }
    }
    this.#changed.clear();
    for (const [id, offset] of this.#departed) {
      if (this.#departed.size <= PRESENCE.maxDeparted) break;
      this.#departed.delete(id);
      this.#forgottenOffset = offset;
    }
    return { kind: 'difference', from, members, left, concernsAll: true, own: [] };
  }

  #crowdsChanges({ came, went }: ReturnType<VisibleMembers['turn']>): PresenceChange {
    const page = this.#page as VisibleMembers;
    const shown = new Set(came);
    const own: { member: Member; presences: readonly Presence[] }[] = [];
    for (const id of this.#changed) {
      const person = this.#people.get(id);
      if (person === undefined) continue;
      if (page.has(id)) shown.add(id);
      else own.push({ member: toMember(person), presences: person.presences });
    }
    this.#changed.clear();
    const members = [...shown].map((id) => toMember(this.#people.get(id) as Person));
    const counts = JSON.stringify(this.#counts);
    const concernsAll = members.length + went.length > 0 || counts !== this.#sentCounts;
    this.#sentCounts = counts;
    const from = this.#offset;
    if (concernsAll) this.#offset++;
    return { kind: 'difference', from, members, left: went, concernsAll, own };
  }

  #settleMode(): void {
    const { size } = this.#people;
    if (this.#page === null && size > MAX_SHOWN_MEMBERS)
      this.#page = new VisibleMembers(this.#people);
    else if (this.#page !== null && size < PRESENCE.crowdEndsBelow) this.#page = null;
    else return;
    this.#epoch++;
    this.#offset = 0;
    this.#forgottenOffset = 0;
    this.#departed.clear();
    for (const person of this.#people.values()) person.offset = 0;
    this.#isEpochTold = false;
  }

  #settle(person: Person): void {
    const { presences } = person;
    const most = STATES.find((state) => presences.some((presence) => presence.state === state));
    this.#counts[person.state]--;
    person.state = most ?? person.state;
    this.#counts[person.state]++;
    this.#changed.add(person.user.id);
  }
}

function speaksAs({ subscriber, announced }: Presence, client: number): boolean {
  return subscriber.client === client || announced.includes(client);
}

function isOver(presence: Presence): boolean {
  return !presence.person.presences.includes(presence);
}

function toMember({ user, presences, state }: Person): Member {
  const clients: number[] = [];
  for (const { subscriber, announced } of presences) {
    if (subscriber.client !== null) clients.push(subscriber.client);
    for (const client of announced) clients.push(client);
    if (clients.length >= PRESENCE.maxClientsPerMember) break;
  }
  if (clients.length > PRESENCE.maxClientsPerMember) clients.length = PRESENCE.maxClientsPerMember;
  return { user: user.id, name: user.name, color: user.color, state, clients };
}

/** Normalizes a name for comparison: no case, no diacritics. */
function fold(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
