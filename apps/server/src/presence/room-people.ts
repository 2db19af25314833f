/**
 * The people in one room: who is here, who is typing, and where. All of it is lost with the room, and
 * nobody minds; what is said of it is as much as each receiver needs, and no more than a room may cost.
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
import { Coalescer } from '../gateway/coalescer.ts';
import type { Leave, Subscriber } from '../gateway/document-room.ts';
import { Outgoing } from '../gateway/outgoing.ts';
import { Deadline, type TimerWheel } from '../gateway/timer-wheel.ts';
import { MAX_PRESENCE_INTERVAL_MS, PRESENCE_MS_PER_RECEIVER } from '../limits.ts';
import type { AwarenessEntry } from './awareness-update.ts';
import { PresenceBoard, type Presence } from './presence-board.ts';
import { RoomCursors } from './room-cursors.ts';
import { RoomTyping } from './room-typing.ts';

export interface RoomPeopleOptions {
  /** Of this room among all that have been. */
  readonly id: string;
  readonly kind: DocumentKind;
  readonly channel: number;
  readonly wheel: TimerWheel;
  readonly delivered: (type: ServerMessageType, receivers: number) => void;
  /** Somebody came, went, or has another name. */
  readonly onPeople: () => void;
  /** Nobody is shown any more who is not here. */
  readonly onSettled: () => void;
  /** A timer failed. */
  readonly onError: (error: unknown) => void;
}

type PresenceChanged = MessageOf<'presence:changed'>;

export class RoomPeople implements Disposable {
  readonly #options: RoomPeopleOptions;
  readonly #here = new Set<Presence>();
  /** Those whose connection is gone and who are still shown. */
  readonly #lingering = new Set<Deadline>();
  readonly #board: PresenceBoard;
  readonly #boardFlush = new Coalescer(
    () => this.#presenceIntervalMs,
    () => this.#sendPresence(),
    (error) => this.#options.onError(error),
  );
  /** Null until somebody has one. */
  #cursors: RoomCursors | null = null;
  /** Null until somebody types. */
  #typing: RoomTyping | null = null;
  /** Who is shown, made once for all newcomers of an epoch until the others are told what has changed since. */
  #everyone: { readonly epoch: string; readonly outgoing: Outgoing } | null = null;

  constructor(options: RoomPeopleOptions) {
    this.#options = options;
    this.#board = new PresenceBoard(options.id);
  }

  /** People who are shown. */
  get size(): number {
    return this.#board.size;
  }

  get isLingering(): boolean {
    return this.#lingering.size > 0;
  }

  users(limit: number): User[] {
    return this.#board.users(limit);
  }

  /** The one who has joined, as it is known from now on. */
  join(subscriber: Subscriber): Presence {
    const presence = this.#board.join(subscriber);
    this.#here.add(presence);
    this.#boardFlush.touch();
    this.#cursors?.join(subscriber);
    this.#options.onPeople();
    return presence;
  }

  /** @param known what it knew of those who are here when it lost its connection. */
  welcome({ subscriber }: Presence, known: ChannelPosition | undefined): void {
    this.#tellWho(subscriber, known);
    deliverAll(subscriber, this.awarenessSnapshot());
    this.#typing?.welcome(subscriber);
  }

  /** Says everything anew to one who missed some of it. */
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
    else this.#linger(presence);
  }

  setState(presence: Presence, state: PresenceState): void {
    this.#board.setState(presence, state);
    this.#boardFlush.touch();
  }

  setTyping(presence: Presence, typing: 'start' | 'stop'): void {
    const { id } = presence.subscriber.user;
    if (typing === 'stop') {
      this.#typing?.stop(id);
      return;
    }
    this.acted(presence);
    this.#typing ??= this.#createTyping();
    this.#typing.start(id);
  }

  stopTyping(user: string): void {
    this.#typing?.stop(user);
  }

  /** This person moved or wrote. */
  acted(presence: Presence): void {
    if (this.#board.acted(presence, performance.now())) this.#boardFlush.touch();
  }

  receiveAwareness(presence: Presence, entries: readonly AwarenessEntry[]): void {
    this.#cursors ??= this.#createCursors();
    const { announced, moved } = this.#cursors.receive(presence.subscriber, entries);
    for (const client of announced) this.#board.addClient(presence, client);
    if (announced.length > 0) this.#boardFlush.touch();
    if (moved) this.acted(presence);
  }

  /** What one said of itself. */
  awarenessOf({ subscriber }: Presence): readonly AwarenessEntry[] {
    return this.#cursors?.of(subscriber) ?? [];
  }

  /** All that is seen of the others now. */
  awarenessSnapshot(): readonly Outgoing[] {
    return this.#cursors?.snapshot() ?? [];
  }

  /** Answers with people who may not be among those who are shown. */
  list({ subscriber }: Presence, { ref, query, after }: MessageOf<'presence:page'>): void {
    const { channel, delivered } = this.#options;
    const page = this.#board.list({ query, after });
    subscriber.deliver(new Outgoing({ type: 'presence:listed', channel, ref, ...page }));
    delivered('presence:listed', 1);
  }

  rename(user: User): void {
    this.#board.rename(user);
    this.#boardFlush.touch();
    this.#cursors?.rename(user);
    this.#options.onPeople();
  }

  [Symbol.dispose](): void {
    this.#boardFlush[Symbol.dispose]();
    this.#cursors?.[Symbol.dispose]();
    this.#typing?.[Symbol.dispose]();
    for (const deadline of this.#lingering) this.#options.wheel.disarm(deadline);
    this.#lingering.clear();
  }

  get #presenceIntervalMs(): number {
    const wantedMs = this.#here.size * PRESENCE_MS_PER_RECEIVER;
    return Math.min(MAX_PRESENCE_INTERVAL_MS, Math.max(PRESENCE_INTERVAL_MS, wantedMs));
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
      delivered: (receivers) => delivered('awareness', receivers),
      onPace: () => {
        this.#everyone = null;
        this.#broadcast(new Outgoing(this.#unchanged()));
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

  #linger(presence: Presence): void {
    presence.subscriber = silenced(presence.subscriber);
    const deadline: Deadline = new Deadline({
      expire: () => {
        this.#lingering.delete(deadline);
        this.#forget(presence);
        if (!this.isLingering) this.#options.onSettled();
      },
    });
    this.#lingering.add(deadline);
    this.#options.wheel.arm(deadline, ABRUPT_LEAVE_MS);
  }

  #forget(presence: Presence): void {
    this.#board.leave(presence);
    this.#boardFlush.touch();
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
    subscriber.deliver(new Outgoing({ ...difference, ...(you === null ? {} : { you }) }));
  }

  /** What came after it was made, the next difference tells to newcomers as to all others. */
  #allMembers(): Outgoing {
    const { epoch } = this.#board.position;
    if (this.#everyone?.epoch !== epoch) {
      const members = this.#board.members();
      const outgoing = new Outgoing({ ...this.#unchanged(), full: true, from: 0, members });
      this.#everyone = { epoch, outgoing };
    }
    return this.#everyone.outgoing;
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
    if (concernsAll) this.#broadcast(new Outgoing({ ...this.#unchanged(), from, members, left }));
    for (const { member, presences } of own) {
      const outgoing = new Outgoing({ ...this.#unchanged(), you: member });
      for (const { subscriber } of presences) subscriber.deliver(outgoing);
    }
  }

  #tellSelf(subscriber: Subscriber): void {
    const you = this.#board.member(subscriber.user.id);
    if (you !== null) subscriber.deliver(new Outgoing({ ...this.#unchanged(), you }));
  }

  #broadcast(outgoing: Outgoing): void {
    for (const { subscriber } of this.#here) subscriber.deliver(outgoing);
    this.#options.delivered(outgoing.message.type, this.#here.size);
  }
}

/** Who is only shown keeps nothing of a connection. */
function silenced({ subscription, user, client }: Subscriber): Subscriber {
  return { subscription, user, client, deliver: () => {} };
}

function deliverAll(subscriber: Subscriber, messages: readonly Outgoing[]): void {
  for (const outgoing of messages) subscriber.deliver(outgoing);
}
