/**
 * The people in one room: who is here, who is typing, and where. All of it is lost with the room, and
 * nobody minds; what is said of it is as much as each receiver needs, and no more than a room may cost.
 */
import {
  ABRUPT_LEAVE_MS,
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
import { AwarenessRelay, type AwarenessChange } from './awareness-relay.ts';
import { writeAwarenessInPieces, type AwarenessEntry } from './awareness-update.ts';
import { CursorPace } from './cursor-pace.ts';
import { PresenceBoard } from './presence-board.ts';
import { TypingList } from './typing-list.ts';

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
}

type PresenceChanged = MessageOf<'presence:changed'>;

export class RoomPeople implements Disposable {
  readonly #options: RoomPeopleOptions;
  readonly #here = new Map<number, Subscriber>();
  /** Those whose connection is gone and who are still shown. */
  readonly #lingering = new Set<Deadline>();
  readonly #board: PresenceBoard;
  readonly #boardFlush = new Coalescer(
    () => this.#presenceIntervalMs,
    () => this.#sendPresence(),
  );
  readonly #cursors: AwarenessRelay;
  readonly #pace = new CursorPace();
  readonly #cursorFlush = new Coalescer(
    () => this.#pace.pauseMs,
    () => this.#sendCursors(),
  );
  readonly #typing: TypingList;
  readonly #typingFlush = new Coalescer(
    () => this.#here.size * PRESENCE_MS_PER_RECEIVER,
    () => this.#sendTyping(),
  );
  #typingTold = '';
  /** Who is shown, made once for all newcomers of an epoch until the others are told what has changed since. */
  #everyone: { readonly epoch: string; readonly outgoing: Outgoing } | null = null;

  constructor(options: RoomPeopleOptions) {
    this.#options = options;
    this.#board = new PresenceBoard(options.id);
    this.#cursors = new AwarenessRelay(options.kind);
    this.#typing = new TypingList(options.wheel, () => this.#typingFlush.touch());
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

  join(subscriber: Subscriber): void {
    this.#here.set(subscriber.subscription, subscriber);
    this.#board.join(subscriber.subscription, subscriber);
    this.#boardFlush.touch();
    this.#cursors.join(subscriber);
    this.#options.onPeople();
  }

  /** @param known what it knew of those who are here when it lost its connection. */
  welcome(subscriber: Subscriber, known: ChannelPosition | undefined): void {
    this.#tellWho(subscriber, known);
    this.#tellCursors(subscriber, this.#cursors.snapshot());
    if (this.#typing.seenBy(null).length > 0)
      subscriber.deliver(this.#typingMessage(subscriber.user.id));
  }

  /** Says everything anew to one who missed some of it. */
  refresh(subscription: number): void {
    const subscriber = this.#here.get(subscription);
    if (subscriber === undefined) return;
    this.#tellWho(subscriber, undefined);
    this.#tellCursors(subscriber, [...this.#cursors.gone(), ...this.#cursors.snapshot()]);
    subscriber.deliver(this.#typingMessage(subscriber.user.id));
  }

  leave(subscription: number, how: Leave): void {
    const subscriber = this.#here.get(subscription);
    if (subscriber === undefined) return;
    this.#here.delete(subscription);
    this.#cursors.leave(subscription);
    this.#cursorFlush.touch();
    const { id } = subscriber.user;
    if (this.#typing.has(id) && !this.#isHere(id)) this.#typing.stop(id);
    if (how === 'clean') this.#forget(subscription);
    else this.#linger(subscription);
  }

  setState(subscription: number, state: PresenceState): void {
    this.#board.setState(subscription, state);
    this.#boardFlush.touch();
  }

  setTyping(subscription: number, typing: 'start' | 'stop'): void {
    const user = this.#here.get(subscription)?.user.id;
    if (user === undefined) return;
    if (typing === 'start') this.acted(subscription);
    this.#typing[typing](user);
  }

  stopTyping(user: string): void {
    this.#typing.stop(user);
  }

  /** This person moved or wrote. */
  acted(subscription: number): void {
    if (this.#board.acted(subscription, performance.now())) this.#boardFlush.touch();
  }

  receiveAwareness(subscription: number, entries: readonly AwarenessEntry[]): void {
    const { announced, moved } = this.#cursors.receive(subscription, entries, performance.now());
    for (const client of announced) this.#board.addClient(subscription, client);
    if (announced.length > 0) this.#boardFlush.touch();
    if (moved) this.acted(subscription);
    this.#cursorFlush.touch();
  }

  /** What a subscription said of itself. */
  awarenessOf(subscription: number): readonly AwarenessEntry[] {
    return this.#cursors.statesOf(subscription);
  }

  /** All that is seen of the others now. */
  awarenessSnapshot(): readonly Outgoing[] {
    return this.#cursorMessages(this.#cursors.snapshot());
  }

  /** Answers with people who may not be among those who are shown. */
  list(subscription: number, { ref, query, after }: MessageOf<'presence:page'>): void {
    const { channel, delivered } = this.#options;
    const page = this.#board.list({ query, after });
    this.#here
      .get(subscription)
      ?.deliver(new Outgoing({ type: 'presence:listed', channel, ref, ...page }));
    delivered('presence:listed', 1);
  }

  rename(user: User): void {
    this.#board.rename(user);
    this.#boardFlush.touch();
    this.#cursors.rename(user);
    this.#cursorFlush.touch();
    this.#options.onPeople();
  }

  [Symbol.dispose](): void {
    this.#boardFlush[Symbol.dispose]();
    this.#cursorFlush[Symbol.dispose]();
    this.#typingFlush[Symbol.dispose]();
    for (const deadline of this.#lingering) this.#options.wheel.disarm(deadline);
    this.#lingering.clear();
  }

  get #presenceIntervalMs(): number {
    const wantedMs = this.#here.size * PRESENCE_MS_PER_RECEIVER;
    return Math.min(MAX_PRESENCE_INTERVAL_MS, Math.max(PRESENCE_INTERVAL_MS, wantedMs));
  }

  #isHere(user: string): boolean {
    for (const subscriber of this.#here.values()) if (subscriber.user.id === user) return true;
    return false;
  }

  #linger(subscription: number): void {
    const deadline: Deadline = new Deadline({
      expire: () => {
        this.#lingering.delete(deadline);
        this.#forget(subscription);
        if (!this.isLingering) this.#options.onSettled();
      },
    });
    this.#lingering.add(deadline);
    this.#options.wheel.arm(deadline, ABRUPT_LEAVE_MS);
  }

  #forget(subscription: number): void {
    this.#board.leave(subscription);
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

  #tellCursors(subscriber: Subscriber, entries: readonly AwarenessEntry[]): void {
    for (const outgoing of this.#cursorMessages(entries)) subscriber.deliver(outgoing);
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
      cursorIntervalMs: this.#pace.announcedMs,
    };
  }

  #sendPresence(): void {
    const change = this.#board.takeChanges(performance.now());
    if (change === null) return;
    this.#everyone = null;
    if (change.kind === 'everything') {
      this.#broadcast(this.#allMembers());
      if (this.#board.isCrowd)
        for (const subscriber of this.#here.values()) this.#tellSelf(subscriber);
      return;
    }
    const { from, members, left, own, concernsAll } = change;
    if (concernsAll) this.#broadcast(new Outgoing({ ...this.#unchanged(), from, members, left }));
    for (const { member, subscriptions } of own) {
      const outgoing = new Outgoing({ ...this.#unchanged(), you: member });
      for (const subscription of subscriptions) this.#here.get(subscription)?.deliver(outgoing);
    }
  }

  #tellSelf(subscriber: Subscriber): void {
    const you = this.#board.member(subscriber.user.id);
    if (you !== null) subscriber.deliver(new Outgoing({ ...this.#unchanged(), you }));
  }

  #sendCursors(): void {
    const changes = this.#cursors.takeChanges();
    if (changes.length === 0) return;
    const told = { cursors: changes.length, receivers: this.#here.size };
    if (this.#pace.told(told, performance.now())) {
      this.#everyone = null;
      this.#broadcast(new Outgoing(this.#unchanged()));
    }
    const owners = new Set(changes.map(({ owner }) => owner));
    const shared = this.#cursorMessages(changes.map(({ entry }) => entry));
    let deliveries = 0;
    for (const [subscription, subscriber] of this.#here) {
      const messages = owners.has(subscription)
        ? this.#cursorMessages(othersOf(subscription, changes))
        : shared;
      for (const outgoing of messages) subscriber.deliver(outgoing);
      deliveries += messages.length;
    }
    this.#options.delivered('awareness', deliveries);
  }

  #sendTyping(): void {
    const foremost = this.#typing.foremost.join();
    if (foremost === this.#typingTold) return;
    this.#typingTold = foremost;
    const shared = this.#typingMessage(null);
    for (const subscriber of this.#here.values()) {
      const { id } = subscriber.user;
      subscriber.deliver(this.#typing.has(id) ? this.#typingMessage(id) : shared);
    }
    this.#options.delivered('typing:changed', this.#here.size);
  }

  #broadcast(outgoing: Outgoing): void {
    for (const subscriber of this.#here.values()) subscriber.deliver(outgoing);
    this.#options.delivered(outgoing.message.type, this.#here.size);
  }

  #cursorMessages(entries: readonly AwarenessEntry[]): readonly Outgoing[] {
    const { channel } = this.#options;
    return writeAwarenessInPieces(entries).map(
      (update) => new Outgoing({ type: 'awareness', channel, update }),
    );
  }

  #typingMessage(user: string | null): Outgoing {
    const { channel } = this.#options;
    return new Outgoing({ type: 'typing:changed', channel, users: this.#typing.seenBy(user) });
  }
}

function othersOf(
  subscription: number,
  changes: readonly AwarenessChange[],
): readonly AwarenessEntry[] {
  return changes.filter(({ owner }) => owner !== subscription).map(({ entry }) => entry);
}
