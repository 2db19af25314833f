/**
 * The people in one room: members, typing and cursors. In memory only, lost with the room. Each
 * receiver gets what it needs, within the room's budget.
 */
import {
  ABRUPT_LEAVE_MS,
  AWARENESS_INTERVAL_MS,
  PRESENCE_INTERVAL_MS,
  type ChannelPosition,
  type DocumentKind,
  type MessageOf,
  type PresenceState,
  type ServerMessageType,
  type User,
} from '@tandem/protocol';
import { Throttle } from '../runtime/throttle.ts';
import type { Leave, Subscriber } from './subscriber.ts';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import { Deadline, type TimerWheel } from '../runtime/timer-wheel.ts';
import { PRESENCE } from './limits.ts';
import type { AwarenessEntry } from './awareness-update.ts';
import { RemotePeople, type RemoteMember } from './remote-people.ts';
import { Roster, type Presence } from './roster.ts';
import { RoomCursors } from './room-cursors.ts';
import { RoomTyping } from './room-typing.ts';

export interface RoomPeopleOptions {
  readonly id: string;
  readonly kind: DocumentKind;
  readonly channel: number;
  readonly wheel: TimerWheel;
  readonly delivered: (type: ServerMessageType, receivers: number) => void;
  readonly onPeople: () => void;
  /** Other nodes need to know what people on this one do. */
  readonly onLocal: (event: LocalPeopleEvent) => void;
  readonly onSettled: () => void;
  readonly onError: (error: unknown) => void;
}

/** Those of one channel of a person. */
export interface LocalCursors {
  readonly subscription: number;
  readonly entries: readonly AwarenessEntry[];
}

export type LocalPeopleEvent =
  /** Who is there, or a state. */
  | { readonly kind: 'changed' }
  | ({ readonly kind: 'awareness' } & LocalCursors)
  | { readonly kind: 'typing'; readonly user: string; readonly typing: 'start' | 'stop' };

type PresenceChanged = MessageOf<'presence:changed'>;

export class RoomPeople implements Disposable {
  readonly #options: RoomPeopleOptions;
  readonly #here = new Set<Presence>();
  readonly #inGracePeriod = new Map<Deadline, Presence>();
  readonly #elsewhere = new Set<Presence>();
  readonly remote = new RemotePeople({
    join: (subscriber) => this.#joinElsewhere(subscriber),
    leave: (presence, how) => this.#leaveElsewhere(presence, how),
    setState: (presence, state) => this.#setState(presence, state),
    addClient: (presence, client) => this.#board.addClient(presence, client),
    receiveAwareness: (presence, entries) => this.#receiveAwareness(presence, entries),
  });
  readonly #board: Roster;
  readonly #boardFlush = new Throttle({
    intervalMs: () => this.#presenceIntervalMs,
    run: () => this.#sendPresence(),
    onError: (error) => this.#options.onError(error),
  });
  #cursors: RoomCursors | null = null;
  #typing: RoomTyping | null = null;
  /**
   * The member list of an epoch, encoded once for all newcomers until the next broadcast of
   * changes.
   */
  #everyone: { readonly epoch: string; readonly encoded: EncodedMessage } | null = null;

  constructor(options: RoomPeopleOptions) {
    this.#options = options;
    this.#board = new Roster(options.id);
  }

  get size(): number {
    return this.#board.size;
  }

  get isInGracePeriod(): boolean {
    return this.#inGracePeriod.size > 0;
  }

  users(limit: number): User[] {
    return this.#board.users(limit);
  }

  join(subscriber: Subscriber): Presence {
    const presence = this.#board.join(subscriber);
    this.#here.add(presence);
    this.#boardFlush.schedule();
    this.#cursors?.join(subscriber);
    this.#options.onPeople();
    this.#options.onLocal({ kind: 'changed' });
    return presence;
  }

  /** The people on this node, for others; those whose connection just broke are still there. */
  local(): readonly RemoteMember[] {
    const broken = [...this.#inGracePeriod.values()].filter(
      // Those of other nodes are negative.
      ({ subscriber: { subscription } }) => subscription > 0,
    );
    return [...this.#here, ...broken].map(
      ({ subscriber: { subscription, user, client }, state, announced }) => ({
        subscription,
        user,
        client,
        state,
        announced,
      }),
    );
  }

  welcome({ subscriber }: Presence, known: ChannelPosition | undefined): void {
    this.#tellWho(subscriber, known);
    deliverAll(subscriber, this.awarenessSnapshot());
    this.#typing?.welcome(subscriber);
  }

  refresh({ subscriber }: Presence): void {
    this.#tellWho(subscriber, undefined);
    deliverAll(subscriber, this.#cursors?.correction() ?? []);
    this.#typing?.refresh(subscriber);
  }

  leave(presence: Presence, how: Leave): void {
    const { subscriber } = presence;
    this.#here.delete(presence);
    this.#cursors?.leave(subscriber);
    const { id } = subscriber.user;
    if (this.#typing?.has(id) === true && !this.#isHere(id)) this.#typing.stop(id);
    if (how === 'clean') this.#forget(presence);
    else this.#startGracePeriod(presence);
    this.#options.onLocal({ kind: 'changed' });
  }

  setState(presence: Presence, state: PresenceState): void {
    this.#setState(presence, state);
    this.#options.onLocal({ kind: 'changed' });
  }

  setTyping(presence: Presence, typing: 'start' | 'stop'): void {
    const { id } = presence.subscriber.user;
    this.#options.onLocal({ kind: 'typing', user: id, typing });
    if (typing === 'start') this.acted(presence);
    this.setTypingOf(id, typing);
  }

  /** @param user here or on another node. */
  setTypingOf(user: string, typing: 'start' | 'stop'): void {
    if (typing === 'stop') {
      this.#typing?.stop(user);
      return;
    }
    this.#typing ??= this.#createTyping();
    this.#typing.start(user);
  }

  stopTyping(user: string): void {
    this.#typing?.stop(user);
  }

  acted(presence: Presence): void {
    if (this.#board.acted(presence, performance.now())) this.#boardFlush.schedule();
  }

  receiveAwareness(presence: Presence, entries: readonly AwarenessEntry[]): void {
    this.#receiveAwareness(presence, entries);
    const { subscriber } = presence;
    // Stock clients repeat what they receive: other nodes have it from the node of its author.
    const own = this.#cursors?.ownOf(subscriber, entries) ?? [];
    if (own.length === 0) return;
    this.#options.onLocal({
      kind: 'awareness',
      subscription: subscriber.subscription,
      entries: own,
    });
  }

  /** The cursors of people on this node that are shown, for others. */
  localCursors(): readonly LocalCursors[] {
    return Array.from(this.#here, ({ subscriber }) => ({
      subscription: subscriber.subscription,
      entries: this.#cursors?.shownOf(subscriber) ?? [],
    })).filter(({ entries }) => entries.length > 0);
  }

  awarenessOf({ subscriber }: Presence): readonly AwarenessEntry[] {
    return this.#cursors?.of(subscriber) ?? [];
  }

  awarenessSnapshot(): readonly EncodedMessage[] {
    return this.#cursors?.snapshot() ?? [];
  }

  list({ subscriber }: Presence, { ref, query, after }: MessageOf<'presence:list'>): void {
    const { channel, delivered } = this.#options;
    const page = this.#board.list({ query, after });
    subscriber.deliver(new EncodedMessage({ type: 'presence:listed', channel, ref, ...page }));
    delivered('presence:listed', 1);
  }

  rename(user: User): void {
    this.#board.rename(user);
    this.#boardFlush.schedule();
    this.#cursors?.rename(user);
    this.#options.onPeople();
  }

  [Symbol.dispose](): void {
    this.#boardFlush[Symbol.dispose]();
    this.#cursors?.[Symbol.dispose]();
    this.#typing?.[Symbol.dispose]();
    for (const deadline of this.#inGracePeriod.keys()) this.#options.wheel.disarm(deadline);
    this.#inGracePeriod.clear();
  }

  get #presenceIntervalMs(): number {
    const wantedMs = this.#here.size * PRESENCE.msPerReceiver;
    return Math.min(PRESENCE.maxIntervalMs, Math.max(PRESENCE_INTERVAL_MS, wantedMs));
  }

  #isHere(user: string): boolean {
    for (const { subscriber } of this.#here) if (subscriber.user.id === user) return true;
    return false;
  }

  #createCursors(): RoomCursors {
    const { kind, channel, delivered, onError } = this.#options;
    return new RoomCursors({
      onError,
      kind,
      channel,
      here: this.#here,
      elsewhere: this.#elsewhere,
      delivered: (receivers) => delivered('awareness', receivers),
      onPace: () => {
        this.#everyone = null;
        this.#broadcast(new EncodedMessage(this.#unchanged()));
      },
    });
  }

  #createTyping(): RoomTyping {
    const { channel, wheel, delivered, onError } = this.#options;
    return new RoomTyping({
      onError,
      channel,
      wheel,
      here: this.#here,
      delivered: (receivers) => delivered('typing:changed', receivers),
    });
  }

  #startGracePeriod(presence: Presence): void {
    presence.subscriber = silenced(presence.subscriber);
    const deadline: Deadline = new Deadline({
      expire: () => {
        this.#inGracePeriod.delete(deadline);
        this.#forget(presence);
        this.#options.onLocal({ kind: 'changed' });
        if (!this.isInGracePeriod) this.#options.onSettled();
      },
    });
    this.#inGracePeriod.set(deadline, presence);
    this.#options.wheel.arm(deadline, ABRUPT_LEAVE_MS);
  }

  #setState(presence: Presence, state: PresenceState): void {
    this.#board.setState(presence, state);
    this.#boardFlush.schedule();
  }

  #receiveAwareness(presence: Presence, entries: readonly AwarenessEntry[]): void {
    this.#cursors ??= this.#createCursors();
    const { announced, moved } = this.#cursors.receive(presence.subscriber, entries);
    for (const client of announced) this.#board.addClient(presence, client);
    if (announced.length > 0) this.#boardFlush.schedule();
    if (moved) this.acted(presence);
  }

  #joinElsewhere(subscriber: Subscriber): Presence {
    const presence = this.#board.join(subscriber);
    this.#elsewhere.add(presence);
    this.#boardFlush.schedule();
    this.#cursors?.join(subscriber);
    this.#options.onPeople();
    return presence;
  }

  #leaveElsewhere(presence: Presence, how: Leave): void {
    this.#elsewhere.delete(presence);
    this.#cursors?.leave(presence.subscriber);
    if (how === 'clean') this.#forget(presence);
    else this.#startGracePeriod(presence);
  }

  #forget(presence: Presence): void {
    this.#board.leave(presence);
    this.#boardFlush.schedule();
    this.#options.onPeople();
  }

  #tellWho(subscriber: Subscriber, known: ChannelPosition | undefined): void {
    const since = known === undefined ? null : this.#board.since(known);
    if (since === null || known === undefined) {
      subscriber.deliver(this.#allMembers());
      this.#tellSelf(subscriber);
      return;
    }
    const you = this.#board.member(subscriber.user.id);
    const difference = { ...this.#unchanged(), ...since, from: known.offset };
    subscriber.deliver(new EncodedMessage({ ...difference, ...(you === null ? {} : { you }) }));
  }

  /** Later changes reach newcomers with the next difference, as they reach all others. */
  #allMembers(): EncodedMessage {
    const { epoch } = this.#board.position;
    if (this.#everyone?.epoch !== epoch) {
      const members = this.#board.members();
      const encoded = new EncodedMessage({ ...this.#unchanged(), full: true, from: 0, members });
      this.#everyone = { epoch, encoded };
    }
    return this.#everyone.encoded;
  }

  #unchanged(): PresenceChanged {
    const { position, counts } = this.#board;
    return {
      type: 'presence:changed',
      channel: this.#options.channel,
      full: false,
      members: [],
      left: [],
      from: position.offset,
      position,
      counts,
      cursorIntervalMs: this.#cursors?.announcedMs ?? AWARENESS_INTERVAL_MS,
    };
  }

  #sendPresence(): void {
    const change = this.#board.takeChanges(performance.now());
    if (change === null) return;
    this.#everyone = null;
    if (change.kind === 'everything') {
      this.#broadcast(this.#allMembers());
      if (this.#board.isCrowd) for (const { subscriber } of this.#here) this.#tellSelf(subscriber);
      return;
    }
    const { from, members, left, own, concernsAll } = change;
    if (concernsAll)
      this.#broadcast(new EncodedMessage({ ...this.#unchanged(), from, members, left }));
    for (const { member, presences } of own) {
      const encoded = new EncodedMessage({ ...this.#unchanged(), you: member });
      for (const { subscriber } of presences) subscriber.deliver(encoded);
    }
  }

  #tellSelf(subscriber: Subscriber): void {
    const you = this.#board.member(subscriber.user.id);
    if (you !== null) subscriber.deliver(new EncodedMessage({ ...this.#unchanged(), you }));
  }

  #broadcast(encoded: EncodedMessage): void {
    for (const { subscriber } of this.#here) subscriber.deliver(encoded);
    this.#options.delivered(encoded.message.type, this.#here.size);
  }
}

/** Drops the connection, so that a member who is only shown does not retain it. */
function silenced({ subscription, user, client }: Subscriber): Subscriber {
  return { subscription, user, client, deliver: () => {} };
}

function deliverAll(subscriber: Subscriber, messages: readonly EncodedMessage[]): void {
  for (const encoded of messages) subscriber.deliver(encoded);
}
