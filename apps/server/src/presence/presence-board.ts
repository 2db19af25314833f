/**
 * Who is in a room: one member per person over all of their connections. A person is shown until
 * their last connection has left.
 */
import type { Member, PresenceState, User } from '@tandem/protocol';

interface Presence {
  state: PresenceState;
  readonly clients: Set<number>;
}

interface Person {
  user: User;
  readonly connections: Map<number, Presence>;
}

export interface PresenceChange {
  readonly members: readonly Member[];
  readonly left: readonly string[];
}

export class PresenceBoard {
  readonly #people = new Map<string, Person>();
  readonly #users = new Map<number, string>();
  /** Users of whom others do not know the newest. */
  readonly #changed = new Set<string>();

  join(
    subscription: number,
    { user, client }: { readonly user: User; readonly client: number | null },
  ): void {
    let person = this.#people.get(user.id);
    if (person === undefined) {
      person = { user, connections: new Map() };
      this.#people.set(user.id, person);
    }
    person.connections.set(subscription, {
      state: 'active',
      clients: new Set(client === null ? [] : [client]),
    });
    this.#users.set(subscription, user.id);
    this.#changed.add(user.id);
  }

  leave(subscription: number): void {
    const id = this.#users.get(subscription);
    if (id === undefined) return;
    const person = this.#people.get(id) as Person;
    this.#users.delete(subscription);
    person.connections.delete(subscription);
    if (person.connections.size === 0) this.#people.delete(id);
    this.#changed.add(id);
  }

  setState(subscription: number, state: PresenceState): void {
    this.#change(subscription, (presence) => {
      presence.state = state;
    });
  }

  /** A client id that became known after the join. */
  addClient(subscription: number, client: number): void {
    this.#change(subscription, ({ clients }) => clients.add(client));
  }

  rename(user: User): void {
    const person = this.#people.get(user.id);
    if (person === undefined) return;
    person.user = user;
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

  members(): Member[] {
    return [...this.#people.values()].map(toMember);
  }

  /** What is new since the last call; null when nothing is. */
  takeChanges(): PresenceChange | null {
    if (this.#changed.size === 0) return null;
    const members: Member[] = [];
    const left: string[] = [];
    for (const id of this.#changed) {
      const person = this.#people.get(id);
      if (person === undefined) left.push(id);
      else members.push(toMember(person));
    }
    this.#changed.clear();
    return { members, left };
  }

  #change(subscription: number, apply: (presence: Presence) => void): void {
    const id = this.#users.get(subscription);
    const presence =
      id === undefined ? undefined : this.#people.get(id)?.connections.get(subscription);
    if (id === undefined || presence === undefined) return;
    apply(presence);
    this.#changed.add(id);
  }
}

function toMember({ user, connections }: Person): Member {
  const presences = [...connections.values()];
  return {
    user: user.id,
    name: user.name,
    color: user.color,
    state: presences.some(({ state }) => state === 'active') ? 'active' : 'idle',
    clients: presences.flatMap(({ clients }) => [...clients]),
  };
}
