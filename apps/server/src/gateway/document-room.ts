/**
 * One document and everyone who has it open: the conversation about its text, which `Room` decides,
 * and who is here, who is typing and where, which is lost with the room and nobody minds.
 */
import {
  ABRUPT_LEAVE_MS,
  AWARENESS_INTERVAL_MS,
  PRESENCE_INTERVAL_MS,
  type Access,
  type DocumentKind,
  type ErrorBody,
  type PresenceState,
  type ServerMessage,
  type User,
} from '@tandem/protocol';
import {
  Room,
  type EngineEvent,
  type EngineRequest,
  type Position,
  type RoomIntent,
  type RoomMessage,
} from '@tandem/sync';
import { MEMBERS_PER_MESSAGE } from '../limits.ts';
import { AwarenessRelay } from '../presence/awareness-relay.ts';
import { writeAwarenessInPieces, type AwarenessEntry } from '../presence/awareness-update.ts';
import { PresenceBoard } from '../presence/presence-board.ts';
import { TypingList } from '../presence/typing-list.ts';
import { Coalescer } from './coalescer.ts';
import { Outgoing } from './outgoing.ts';
import { Deadline, type TimerWheel } from './timer-wheel.ts';

/** One open channel of one connection, whatever it speaks. */
export interface Subscriber {
  readonly subscription: number;
  /** Changes when the person takes another name. */
  readonly user: User;
  /** The Yjs client id under which it writes; null where the protocol does not say it. */
  readonly client: number | null;
  deliver(outgoing: Outgoing): void;
}

export interface JoinOptions {
  /** The `ref` of the client's `open`. */
  readonly ref: number;
  readonly access: Access;
  readonly position?: Position | undefined;
  readonly stateVector?: Uint8Array | undefined;
}

/** `clean`: it said so. `abrupt`: its connection is gone, and the person may be back in a moment. */
export type Leave = 'clean' | 'abrupt';

export interface DocumentRoomOptions {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly title: string;
  /** The number of this room's channel on every connection. */
  readonly channel: number;
  readonly wheel: TimerWheel;
  readonly ask: (request: EngineRequest) => void;
  /** The room holds nothing any more. */
  readonly onEmpty: (room: DocumentRoom) => void;
}

interface Seat {
  readonly subscriber: Subscriber;
  access: Access;
  state: 'opening' | 'open';
}

export class DocumentRoom implements Disposable {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly channel: number;
  readonly #wheel: TimerWheel;
  readonly #ask: (request: EngineRequest) => void;
  readonly #onEmpty: (room: DocumentRoom) => void;
  readonly #core: Room;
  readonly #seats = new Map<number, Seat>();
  readonly #presence = new PresenceBoard();
  readonly #presenceFlush = new Coalescer(PRESENCE_INTERVAL_MS, () => this.#sendPresence());
  readonly #awareness: AwarenessRelay;
  readonly #awarenessFlush = new Coalescer(AWARENESS_INTERVAL_MS, () => this.#sendAwareness());
  readonly #typing: TypingList;
  /** People whose connection is gone and who are still shown. */
  readonly #lingering = new Set<Deadline>();
  #title: string;

  constructor({ document, kind, title, channel, wheel, ask, onEmpty }: DocumentRoomOptions) {
    this.document = document;
    this.kind = kind;
    this.channel = channel;
    this.#title = title;
    this.#wheel = wheel;
    this.#ask = ask;
    this.#onEmpty = onEmpty;
    this.#core = new Room({ document, channel });
    this.#awareness = new AwarenessRelay(kind);
    this.#typing = new TypingList(wheel, () => this.#sendTyping());
  }

  get title(): string {
    return this.#title;
  }

  /** People who are here, at most `limit`. */
  users(limit: number): User[] {
    return this.#presence.users(limit);
  }

  /** Answered by `opened`, or by `closed`, after which the subscriber is not in the room. */
  join(subscriber: Subscriber, { ref, access, position, stateVector }: JoinOptions): void {
    const { subscription, user, client } = subscriber;
    this.#seats.set(subscription, { subscriber, access, state: 'opening' });
    this.#perform(
      this.#core.join({
        ref,
        subscription,
        user: user.id,
        client: client ?? undefined,
        title: this.#title,
        access,
        position,
        stateVector,
      }),
    );
  }

  leave(subscription: number, how: Leave): void {
    const seat = this.#seats.get(subscription);
    if (seat === undefined) return;
    this.#perform(this.#core.leave(subscription));
    this.#remove(seat, how);
  }

  message(subscription: number, message: RoomMessage): void {
    this.#perform(this.#core.message(subscription, message));
  }

  event(event: EngineEvent): void {
    this.#perform(this.#core.event(event));
  }

  setPresence(subscription: number, state: PresenceState): void {
    this.#presence.setState(subscription, state);
    this.#presenceFlush.touch();
  }

  setTyping(subscription: number, typing: 'start' | 'stop'): void {
    const seat = this.#seats.get(subscription);
    if (seat === undefined || seat.access !== 'edit') return;
    this.#typing[typing](seat.subscriber.user.id);
  }

  receiveAwareness(subscription: number, entries: readonly AwarenessEntry[]): void {
    for (const client of this.#awareness.receive(subscription, entries)) {
      this.#presence.addClient(subscription, client);
      this.#presenceFlush.touch();
    }
    this.#awarenessFlush.touch();
  }

  /** What a subscription said of itself. */
  awarenessOf(subscription: number): readonly AwarenessEntry[] {
    return this.#awareness.statesOf(subscription);
  }

  /** All that is seen of the others now, for a client that asks. */
  awarenessSnapshot(): readonly Outgoing[] {
    return this.#awarenessMessages(this.#awareness.snapshot());
  }

  /** A person took another name or colour. */
  renameUser(user: User): void {
    this.#presence.rename(user);
    this.#presenceFlush.touch();
    this.#awareness.rename(user);
    this.#awarenessFlush.touch();
  }

  renameDocument(title: string): void {
    this.#title = title;
    for (const [subscription, { access }] of this.#seats)
      this.#perform(this.#core.changed(subscription, { title, access }));
  }

  /** Says to everyone here what is wrong. */
  tell(error: ErrorBody): void {
    this.#broadcast({ type: 'error', channel: this.channel, error });
  }

  [Symbol.dispose](): void {
    this.#presenceFlush[Symbol.dispose]();
    this.#awarenessFlush[Symbol.dispose]();
    for (const deadline of this.#lingering) this.#wheel.disarm(deadline);
    this.#lingering.clear();
  }

  #perform(intents: readonly RoomIntent[]): void {
    for (const intent of intents) {
      if (intent.kind === 'engine') this.#ask(intent.request);
      else this.#send(intent.message, intent.to);
    }
  }

  #send(message: ServerMessage, to: Iterable<number>): void {
    const outgoing = new Outgoing(message);
    for (const subscription of to) {
      const seat = this.#seats.get(subscription);
      if (seat === undefined) continue;
      // It may speak as soon as it hears that it is in.
      if (message.type === 'opened') this.#admit(seat);
      seat.subscriber.deliver(outgoing);
      if (message.type === 'opened') this.#welcome(seat.subscriber);
      else if (message.type === 'closed') this.#remove(seat, 'clean');
    }
  }

  #admit(seat: Seat): void {
    seat.state = 'open';
    this.#presence.join(seat.subscriber.subscription, seat.subscriber);
    this.#presenceFlush.touch();
    this.#awareness.join(seat.subscriber);
  }

  #welcome(subscriber: Subscriber): void {
    for (const message of this.#everyone()) subscriber.deliver(new Outgoing(message));
    for (const outgoing of this.awarenessSnapshot()) subscriber.deliver(outgoing);
    if (this.#typing.seenBy(null).length > 0)
      subscriber.deliver(this.#typingMessage(subscriber.user.id));
  }

  #remove({ subscriber, state }: Seat, how: Leave): void {
    const { subscription, user } = subscriber;
    this.#seats.delete(subscription);
    if (state === 'open') {
      this.#awareness.leave(subscription);
      this.#awarenessFlush.touch();
      if (!this.#isHere(user.id)) this.#typing.stop(user.id);
      if (how === 'clean') this.#forget(subscription);
      else this.#linger(subscription);
    }
    this.#checkEmpty();
  }

  #linger(subscription: number): void {
    const deadline: Deadline = new Deadline({
      expire: () => {
        this.#lingering.delete(deadline);
        this.#forget(subscription);
        this.#checkEmpty();
      },
    });
    this.#lingering.add(deadline);
    this.#wheel.arm(deadline, ABRUPT_LEAVE_MS);
  }

  #forget(subscription: number): void {
    this.#presence.leave(subscription);
    this.#presenceFlush.touch();
  }

  #checkEmpty(): void {
    if (this.#seats.size === 0 && this.#lingering.size === 0) this.#onEmpty(this);
  }

  #isHere(user: string): boolean {
    for (const { subscriber, state } of this.#seats.values()) {
      if (state === 'open' && subscriber.user.id === user) return true;
    }
    return false;
  }

  /** Everyone, in messages that each fit. */
  #everyone(): ServerMessage[] {
    const members = this.#presence.members();
    const messages: ServerMessage[] = [];
    for (let at = 0; at < members.length; at += MEMBERS_PER_MESSAGE) {
      messages.push({
        type: 'presence:changed',
        channel: this.channel,
        full: at === 0,
        members: members.slice(at, at + MEMBERS_PER_MESSAGE),
        left: [],
      });
    }
    return messages;
  }

  #sendPresence(): void {
    const change = this.#presence.takeChanges();
    if (change === null) return;
    const { members, left } = change;
    for (let at = 0; at < Math.max(members.length, left.length); at += MEMBERS_PER_MESSAGE) {
      const end = at + MEMBERS_PER_MESSAGE;
      const message = { full: false, members: members.slice(at, end), left: left.slice(at, end) };
      this.#broadcast({ type: 'presence:changed', channel: this.channel, ...message });
    }
  }

  #sendAwareness(): void {
    const changes = this.#awareness.takeChanges();
    if (changes.length === 0) return;
    const owners = new Set(changes.map(({ owner }) => owner));
    const shared = this.#awarenessMessages(changes.map(({ entry }) => entry));
    for (const { subscriber, state } of this.#seats.values()) {
      if (state !== 'open') continue;
      const messages = owners.has(subscriber.subscription)
        ? this.#awarenessMessages(
            changes
              .filter(({ owner }) => owner !== subscriber.subscription)
              .map(({ entry }) => entry),
          )
        : shared;
      for (const outgoing of messages) subscriber.deliver(outgoing);
    }
  }

  #sendTyping(): void {
    const shared = this.#typingMessage(null);
    for (const { subscriber, state } of this.#seats.values()) {
      if (state !== 'open') continue;
      subscriber.deliver(
        this.#typing.has(subscriber.user.id) ? this.#typingMessage(subscriber.user.id) : shared,
      );
    }
  }

  #broadcast(message: ServerMessage): void {
    const outgoing = new Outgoing(message);
    for (const { subscriber, state } of this.#seats.values())
      if (state === 'open') subscriber.deliver(outgoing);
  }

  #awarenessMessages(entries: readonly AwarenessEntry[]): readonly Outgoing[] {
    const { channel } = this;
    return writeAwarenessInPieces(entries).map(
      (update) => new Outgoing({ type: 'awareness', channel, update }),
    );
  }

  #typingMessage(user: string | null): Outgoing {
    return new Outgoing({
      type: 'typing:changed',
      channel: this.channel,
      users: this.#typing.seenBy(user),
    });
  }
}
