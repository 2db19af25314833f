/** The people of one room who are connected to other nodes, as these nodes say. */
import type { PresenceState, User } from '@tandem/protocol';
import type { AwarenessEntry } from './awareness-update.ts';
import type { Presence } from './roster.ts';
import type { Leave, Subscriber } from './subscriber.ts';

/** One channel of a person on the node that says so. */
export interface RemoteMember {
  /** Unique on its node. */
  readonly subscription: number;
  readonly user: User;
  readonly client: number | null;
  readonly state: PresenceState;
  readonly announced: readonly number[];
}

export interface RemotePeopleOptions {
  readonly join: (subscriber: Subscriber) => Presence;
  readonly leave: (presence: Presence, how: Leave) => void;
  readonly setState: (presence: Presence, state: PresenceState) => void;
  readonly addClient: (presence: Presence, client: number) => void;
  readonly receiveAwareness: (presence: Presence, entries: readonly AwarenessEntry[]) => void;
}

export class RemotePeople {
  readonly #options: RemotePeopleOptions;
  readonly #nodes = new Map<string, Map<number, Presence>>();
  /** Subscriptions of this node are positive. */
  #lastSubscription = 0;

  constructor(options: RemotePeopleOptions) {
    this.#options = options;
  }

  /** @param members all that are there, on that node. */
  receive(node: string, members: readonly RemoteMember[]): void {
    const { leave, setState, addClient } = this.#options;
    const known = this.#nodes.get(node) ?? new Map<number, Presence>();
    this.#nodes.set(node, known);
    const there = new Set(members.map(({ subscription }) => subscription));
    for (const [subscription, presence] of known) {
      if (there.has(subscription)) continue;
      known.delete(subscription);
      leave(presence, 'clean');
    }
    for (const member of members) {
      const presence = known.get(member.subscription) ?? this.#join(member);
      known.set(member.subscription, presence);
      setState(presence, member.state);
      for (const client of member.announced) addClient(presence, client);
    }
    if (known.size === 0) this.#nodes.delete(node);
  }

  receiveAwareness(node: string, subscription: number, entries: readonly AwarenessEntry[]): void {
    const presence = this.#nodes.get(node)?.get(subscription);
    if (presence !== undefined) this.#options.receiveAwareness(presence, entries);
  }

  /** The node ended. `abrupt`: its people may come to another one in a moment. */
  forget(node: string, how: Leave): void {
    const known = this.#nodes.get(node);
    this.#nodes.delete(node);
    for (const presence of known?.values() ?? []) this.#options.leave(presence, how);
  }

  #join({ user, client }: RemoteMember): Presence {
    const subscription = --this.#lastSubscription;
    return this.#options.join({ subscription, user, client, deliver: () => {} });
  }
}
