/**
 * Who is in a room: one member per person over all of their connections, who is what the most present
 * of these is, and who is shown until the last one has left.
 *
 * What others know has a position. Its offset grows with each batch of changes, and the board remembers in
 * which batch each person changed or left; so whoever comes back gets the difference. Of a crowd only a page is
 * shown, which is cheaper to say whole than to remember: a new epoch begins with it, and another when it is over.
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
import { CROWD_ENDS_BELOW, MAX_CLIENTS_OF_MEMBER, MAX_DEPARTED_MEMBERS } from '../limits.ts';
import { CrowdPage } from './crowd-page.ts';

/** One connection of a person. There are as many of these as open channels: lists of a few take less room than maps. */
interface Presence {
  readonly subscription: number;
  readonly person: Person;
  state: PresenceState;
  clients: readonly number[];
}

interface Person {
  user: User;
  /** The name as it is searched. */
  folded: string;
  presences: readonly Presence[];
  state: PresenceState;
  /** Counts those who came. */
  readonly order: number;
  /** When they last moved or wrote, in milliseconds of any clock; 0 before that. */
  actedAt: number;
  /** The batch in which others heard of the newest. */
  offset: number;
}

/** What is new for others. `everything`: an epoch has begun. */
export type PresenceChange =
  | { readonly kind: 'everything' }
  | {
      readonly kind: 'difference';
      readonly from: number;
      readonly members: readonly Member[];
      readonly left: readonly string[];
      /** Whether those in the room have to hear of it. */
      readonly concernsAll: boolean;
      /** People who are not shown and have changed, for their own connections. */
      readonly own: readonly {
        readonly member: Member;
        readonly subscriptions: readonly number[];
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

/** Most present first. */
const STATES: readonly PresenceState[] = ['active', 'idle', 'away'];

export class PresenceBoard {
  readonly #id: string;
  readonly #people = new Map<string, Person>();
  /** By subscription. */
  readonly #presences = new Map<number, Presence>();
  readonly #counts = { active: 0, idle: 0, away: 0 };
  /** Users of whom others do not know the newest. */
  readonly #changed = new Set<string>();
  /** Users who left, and in which batch; oldest first. */
  readonly #departed = new Map<string, number>();
  /** Null as long as everyone is shown. */
  #page: CrowdPage | null = null;
  #epoch = 0;
  #offset = 0;
  /** Who knows no more than this may not have heard of all who left. */
  #forgottenOffset = 0;
  #isEpochTold = true;
  #toldCounts = '';
  #lastOrder = 0;

  /** @param id of this board among all that have been. */
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

  /** A tab that came back before its old connection was missed takes that one's place. */
  join(
    subscription: number,
    { user, client }: { readonly user: User; readonly client: number | null },
  ): void {
    let person = this.#people.get(user.id);
    if (person === undefined) {
      const order = ++this.#lastOrder;
      const folded = fold(user.name);
      person = {
        user,
        folded,
        presences: [],
        state: 'active',
        order,
        actedAt: 0,
        offset: 0,
      };
      this.#people.set(user.id, person);
      this.#counts.active++;
    }
    for (const other of person.presences)
      if (client !== null && other.clients.includes(client)) this.#remove(other);
    const clients = client === null ? [] : [client];
    const presence: Presence = { subscription, person, state: 'active', clients };
    person.presences = person.presences.concat(presence);
    this.#presences.set(subscription, presence);
    this.#settle(person);
    this.#settleMode();
  }

  leave(subscription: number): void {
    const presence = this.#presences.get(subscription);
    if (presence === undefined) return;
    const { person } = presence;
    this.#remove(presence);
    if (person.presences.length > 0) {
      this.#settle(person);
      return;
    }
    this.#people.delete(person.user.id);
    this.#counts[person.state]--;
    this.#changed.add(person.user.id);
  }

  setState(subscription: number, state: PresenceState): void {
    const presence = this.#presences.get(subscription);
    if (presence === undefined || presence.state === state) return;
    presence.state = state;
    this.#settle(presence.person);
  }

  /** A client id that became known after the join. */
  addClient(subscription: number, client: number): void {
    const presence = this.#presences.get(subscription);
    if (presence === undefined || presence.clients.includes(client)) return;
    presence.clients = presence.clients.concat(client);
    this.#settle(presence.person);
  }

  /** This person moved or wrote. @returns whether others may have to hear of it. */
  acted(subscription: number, nowMs: number): boolean {
    const person = this.#presences.get(subscription)?.person;
    if (person === undefined) return false;
    person.actedAt = nowMs;
    return this.#page !== null && !this.#page.has(person.user.id);
  }

  rename(user: User): void {
    const person = this.#people.get(user.id);
    if (person === undefined) return;
    person.user = user;
    person.folded = fold(user.name);
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

  /** All who are shown: in the order in which they came, or in a crowd who did something last. */
  members(): Member[] {
    const shown = this.#page?.ordered(this.#people) ?? [...this.#people.values()];
    return shown.map(toMember);
  }

  /** What is new for one who knows `position`; null where all that is shown is less, or is needed. */
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

  /** People by name, in the order in which they came, after the one whose answer said so. */
  list({ query, after }: { readonly query: string; readonly after: number }): PresencePage {
    const wanted = fold(query.trim());
    const members: Member[] = [];
    let last = after;
    for (const person of this.#people.values()) {
      if (person.order <= after || !person.folded.includes(wanted)) continue;
      if (members.length === MAX_LISTED_MEMBERS) return { members, next: last };
      members.push(toMember(person));
      last = person.order;
    }
    return { members, next: null };
  }

  /** What is new since the last call; null when nothing is. */
  takeChanges(nowMs: number): PresenceChange | null {
    this.#settleMode();
    if (!this.#isEpochTold) {
      this.#isEpochTold = true;
      this.#changed.clear();
      this.#toldCounts = JSON.stringify(this.#counts);
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
      if (this.#departed.size <= MAX_DEPARTED_MEMBERS) break;
      this.#departed.delete(id);
      this.#forgottenOffset = offset;
    }
    return { kind: 'difference', from, members, left, concernsAll: true, own: [] };
  }

  #crowdsChanges({ came, went }: ReturnType<CrowdPage['turn']>): PresenceChange {
    const page = this.#page as CrowdPage;
    const shown = new Set(came);
    const own: { member: Member; subscriptions: readonly number[] }[] = [];
    for (const id of this.#changed) {
      const person = this.#people.get(id);
      if (person === undefined) continue;
      if (page.has(id)) shown.add(id);
      else own.push({ member: toMember(person), subscriptions: subscriptionsOf(person) });
    }
    this.#changed.clear();
    const members = [...shown].map((id) => toMember(this.#people.get(id) as Person));
    const counts = JSON.stringify(this.#counts);
    const concernsAll = members.length + went.length > 0 || counts !== this.#toldCounts;
    this.#toldCounts = counts;
    const from = this.#offset;
    if (concernsAll) this.#offset++;
    return { kind: 'difference', from, members, left: went, concernsAll, own };
  }

  #settleMode(): void {
    const { size } = this.#people;
    if (this.#page === null && size > MAX_SHOWN_MEMBERS) this.#page = new CrowdPage(this.#people);
    else if (this.#page !== null && size < CROWD_ENDS_BELOW) this.#page = null;
    else return;
    this.#epoch++;
    this.#offset = 0;
    this.#forgottenOffset = 0;
    this.#departed.clear();
    for (const person of this.#people.values()) person.offset = 0;
    this.#isEpochTold = false;
  }

  #remove(presence: Presence): void {
    const { person, subscription } = presence;
    person.presences = person.presences.filter((other) => other !== presence);
    this.#presences.delete(subscription);
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

function subscriptionsOf({ presences }: Person): readonly number[] {
  return presences.map(({ subscription }) => subscription);
}

function toMember({ user, presences, state }: Person): Member {
  const clients: number[] = [];
  for (const presence of presences) {
    for (const client of presence.clients)
      if (clients.length < MAX_CLIENTS_OF_MEMBER) clients.push(client);
  }
  return { user: user.id, name: user.name, color: user.color, state, clients };
}

/** As names are compared: without case, and without marks on letters. */
function fold(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
