/**
 * One document and everyone who has it open: the conversation about its text, which `Room` decides,
 * and the people.
 */
import { randomBytes } from 'node:crypto';
import {
  errorOf,
  type Access,
  type ChannelPosition,
  type DocumentKind,
  type ErrorBody,
  type MessageOf,
  type PresenceState,
  type ServerMessage,
  type ServerMessageType,
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
import { ChannelLatencyTracker, type Waiting } from '../metrics/channel-latency-tracker.ts';
import type { ErrorBoundary } from '../runtime/error-boundary.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { AwarenessEntry } from '../presence/awareness-update.ts';
import type { Presence } from '../presence/roster.ts';
import type { Leave, Subscriber } from '../presence/subscriber.ts';
import { RoomPeople } from '../presence/room-people.ts';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';

export interface JoinOptions {
  /** The `ref` of the client's `open`. */
  readonly ref: number;
  readonly access: Access;
  /** The newest document schema that the client can edit; absent for a client that edits no pages. */
  readonly schema?: number | undefined;
  readonly position?: Position | undefined;
  readonly stateVector?: Uint8Array | undefined;
  /** What it knew of the people when it was here last. */
  readonly presence?: ChannelPosition | undefined;
}

export interface DocumentRoomOptions {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly title: string;
  /** The number of this room's channel on every connection. */
  readonly channel: number;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly errors: ErrorBoundary;
  readonly ask: (request: EngineRequest) => void;
  /** Why updates of the document cannot be stored at the moment. */
  readonly storageError: () => ErrorBody | null;
  /** Somebody came, went, or has another name. */
  readonly onPeople: (document: string) => void;
  /** The room holds nothing any more. */
  readonly onEmpty: (room: DocumentRoom) => void;
}

/** Enough that no two rooms have the same. */
const ROOM_ID_BYTES = 16;

const NOT_ANY_MORE = errorOf('forbidden', {
  detail:
    'You may not open this document any more. What you wrote is kept on this device; ask its owner.',
});

/** There are as many of these as open channels: what only an opening needs goes with it. */
interface Seat {
  readonly subscriber: Subscriber;
  waiting: Waiting | null;
  /** What it knew of the people; until it is in. */
  known: ChannelPosition | undefined;
  /** Null until it is in. */
  presence: Presence | null;
}

export class DocumentRoom implements Disposable {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly channel: number;
  readonly #metrics: Metrics;
  readonly #clock: ChannelLatencyTracker;
  readonly #ask: (request: EngineRequest) => void;
  readonly #onEmpty: (room: DocumentRoom) => void;
  readonly #core: Room;
  readonly #seats = new Map<number, Seat>();
  readonly #people: RoomPeople;
  readonly #storageError: () => ErrorBody | null;
  #title: string;
  #deliveries = 0;
  /** What everyone in the room was told of storage (W44). */
  #statedStorageError: ErrorBody | null = null;

  constructor({
    document,
    kind,
    title,
    channel,
    wheel,
    metrics,
    errors,
    ask,
    storageError,
    onPeople,
    onEmpty,
  }: DocumentRoomOptions) {
    this.document = document;
    this.kind = kind;
    this.channel = channel;
    this.#title = title;
    this.#metrics = metrics;
    this.#clock = new ChannelLatencyTracker(metrics, document);
    this.#ask = ask;
    this.#storageError = storageError;
    this.#onEmpty = onEmpty;
    this.#core = new Room({ document, channel });
    this.#people = new RoomPeople({
      // In one piece: a UUID of Node's is a string of a dozen strings.
      id: randomBytes(ROOM_ID_BYTES).toString('base64url'),
      kind,
      channel,
      wheel,
      delivered: (type, receivers) => this.#delivered(type, receivers),
      onPeople: () => onPeople(document),
      onSettled: () => this.#checkEmpty(),
      onError: (error) => errors.report('timer', { document }, error),
    });
  }

  get title(): string {
    return this.#title;
  }

  /** Members who are shown. */
  get people(): number {
    return this.#people.size;
  }

  /** Messages to members since the room came to be. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** Channels that are opening or open. */
  get channels(): number {
    return this.#seats.size;
  }

  /** See `RoomView`. */
  get oldestUnacknowledgedMs(): number | null {
    let oldest: number | null = null;
    for (const { waiting } of this.#seats.values()) {
      if (waiting === null || typeof waiting.what !== 'number') continue;
      if (oldest === null || waiting.sinceMs < oldest) oldest = waiting.sinceMs;
    }
    return oldest;
  }

  /** People who are here, at most `limit`. */
  users(limit: number): User[] {
    return this.#people.users(limit);
  }

  /** Answered by `opened`, or by `closed`, after which the subscriber is not in the room. */
  join(subscriber: Subscriber, options: JoinOptions): void {
    const { ref, access, schema, position, stateVector, presence } = options;
    const { subscription, user, client } = subscriber;
    this.#seats.set(subscription, {
      subscriber,
      waiting: this.#clock.opening(position === undefined ? 'first' : 'return'),
      known: presence,
      presence: null,
    });
    this.#perform(
      this.#core.join({
        ref,
        subscription,
        user: user.id,
        client: client ?? undefined,
        title: this.#title,
        access,
        schema,
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
    const seat = this.#seats.get(subscription);
    if (message.type === 'update' && seat !== undefined && seat.presence !== null) {
      seat.waiting = this.#clock.sent(seat.waiting, message.cseq);
      this.#people.acted(seat.presence);
    }
    this.#perform(this.#core.message(subscription, message));
  }

  event(event: EngineEvent): void {
    this.#perform(this.#core.event(event));
  }

  setPresence(subscription: number, state: PresenceState): void {
    const presence = this.#presenceOf(subscription);
    if (presence !== null) this.#people.setState(presence, state);
  }

  setTyping(subscription: number, typing: 'start' | 'stop'): void {
    const presence = this.#presenceOf(subscription);
    if (presence !== null && this.#core.access(subscription) === 'edit')
      this.#people.setTyping(presence, typing);
  }

  receiveAwareness(subscription: number, entries: readonly AwarenessEntry[]): void {
    const presence = this.#presenceOf(subscription);
    if (presence !== null) this.#people.receiveAwareness(presence, entries);
  }

  /** What a subscription said of itself. */
  awarenessOf(subscription: number): readonly AwarenessEntry[] {
    const presence = this.#presenceOf(subscription);
    return presence === null ? [] : this.#people.awarenessOf(presence);
  }

  /** All that is seen of the others now, for a client that asks. */
  awarenessSnapshot(): readonly EncodedMessage[] {
    return this.#people.awarenessSnapshot();
  }

  /** Answers who else is here. */
  listPeople(subscription: number, request: MessageOf<'presence:list'>): void {
    const presence = this.#presenceOf(subscription);
    if (presence !== null) this.#people.list(presence, request);
  }

  /** Says anew who is here, where, and who types, to one who missed some of it. */
  refresh(subscription: number): void {
    const presence = this.#presenceOf(subscription);
    if (presence !== null) this.#people.refresh(presence);
  }

  /** A person took another name or colour. */
  renameUser(user: User): void {
    this.#people.rename(user);
  }

  renameDocument(title: string): void {
    this.#title = title;
    for (const subscription of this.#seats.keys())
      this.#perform(this.#core.changed(subscription, { title }));
  }

  /** @param accessOf what a user may do here now; null for whoever may not be here any more. */
  recheck(accessOf: (user: string) => Access | null): void {
    for (const [subscription, seat] of [...this.#seats]) {
      const { id: user } = seat.subscriber.user;
      const access = accessOf(user);
      if (access === null) {
        this.#perform(this.#core.expel(subscription, NOT_ANY_MORE));
        continue;
      }
      this.#perform(this.#core.changed(subscription, { title: this.#title, access }));
    }
  }

  /** Sends everyone away. */
  expel(error: ErrorBody): void {
    for (const subscription of [...this.#seats.keys()])
      this.#perform(this.#core.expel(subscription, error));
  }

  /** States whether updates can be stored (W44), where that is not what was stated last. */
  storageChanged(): void {
    const error = this.#storageError();
    if (error === this.#statedStorageError) return;
    this.#statedStorageError = error;
    this.#broadcast({ type: 'storage:changed', channel: this.channel, error });
  }

  [Symbol.dispose](): void {
    this.#people[Symbol.dispose]();
  }

  #perform(intents: readonly RoomIntent[]): void {
    for (const intent of intents) {
      if (intent.kind === 'engine') this.#ask(intent.request);
      else this.#send(intent.message, intent.to);
    }
  }

  #send(message: ServerMessage, to: Iterable<number>): void {
    const encoded = new EncodedMessage(message);
    let receivers = 0;
    for (const subscription of to) {
      const seat = this.#seats.get(subscription);
      if (seat === undefined) continue;
      // It may speak as soon as it hears that it is in.
      if (message.type === 'opened') seat.presence = this.#people.join(seat.subscriber);
      if (message.type === 'document:changed' && message.access === 'view')
        this.#people.stopTyping(seat.subscriber.user.id);
      seat.subscriber.deliver(encoded);
      seat.waiting = this.#clock.told(seat.waiting, message);
      receivers++;
      if (message.type === 'opened') this.#welcome(seat);
      else if (message.type === 'closed') this.#remove(seat, 'clean');
    }
    this.#delivered(message.type, receivers);
  }

  #delivered(type: ServerMessageType, receivers: number): void {
    this.#deliveries += receivers;
    this.#metrics.delivered(type, receivers);
  }

  #welcome(seat: Seat): void {
    this.#stateStorageError(seat);
    if (seat.presence !== null) this.#people.welcome(seat.presence, seat.known);
    seat.known = undefined;
  }

  #stateStorageError({ subscriber }: Seat): void {
    const error = this.#storageError();
    if (error !== this.#statedStorageError) {
      this.storageChanged();
    } else if (error !== null) {
      const message = { type: 'storage:changed', channel: this.channel, error } as const;
      subscriber.deliver(new EncodedMessage(message));
      this.#delivered(message.type, 1);
    }
  }

  #remove({ subscriber, presence }: Seat, how: Leave): void {
    this.#seats.delete(subscriber.subscription);
    if (presence !== null) this.#people.leave(presence, how);
    this.#checkEmpty();
  }

  #presenceOf(subscription: number): Presence | null {
    return this.#seats.get(subscription)?.presence ?? null;
  }

  #checkEmpty(): void {
    if (this.#seats.size === 0 && !this.#people.isInGracePeriod) this.#onEmpty(this);
  }

  #broadcast(message: ServerMessage): void {
    const encoded = new EncodedMessage(message);
    let receivers = 0;
    for (const { subscriber, presence } of this.#seats.values()) {
      if (presence === null) continue;
      subscriber.deliver(encoded);
      receivers++;
    }
    this.#delivered(message.type, receivers);
  }
}
