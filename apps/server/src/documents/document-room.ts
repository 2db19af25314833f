/**
 * One document and everyone who has it open: its messages, which `Room` decides, and its people.
 */
import { randomBytes } from 'node:crypto';
import {
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
import type { RemoteMember, RemotePeople } from '../presence/remote-people.ts';
import { RoomPeople, type LocalPeopleEvent, type LocalCursors } from '../presence/room-people.ts';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';

export interface JoinOptions {
  readonly ref: number;
  readonly access: Access;
  /**
   * The newest document schema that the client can edit; absent for a client that edits no pages.
   */
  readonly schema?: number | undefined;
  readonly position?: Position | undefined;
  readonly stateVector?: Uint8Array | undefined;
  readonly presence?: ChannelPosition | undefined;
}

export interface AccessChange {
  /** Null for a document that is not there any more. */
  readonly facts: { readonly title: string; readonly trashedAt: number | null } | null;
  readonly accessOf: (user: string) => Access | ErrorBody;
}

export interface DocumentRoomOptions {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly title: string;
  readonly trashedAt: number | null;
  readonly channel: number;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly errors: ErrorBoundary;
  readonly ask: (request: EngineRequest) => void;
  /** Null while updates can be stored. */
  readonly storageError: () => ErrorBody | null;
  readonly onPeople: (document: string) => void;
  readonly onLocalPeople: (document: string, event: LocalPeopleEvent) => void;
  readonly onEmpty: (room: DocumentRoom) => void;
}

const ROOM_ID_BYTES = 16;

interface Participant {
  readonly subscriber: Subscriber;
  waiting: Waiting | null;
  known: ChannelPosition | undefined;
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
  readonly #participants = new Map<number, Participant>();
  readonly #people: RoomPeople;
  readonly #storageError: () => ErrorBody | null;
  #title: string;
  #trashedAt: number | null;
  #deliveries = 0;
  #statedStorageError: ErrorBody | null = null;

  constructor({
    document,
    kind,
    title,
    trashedAt,
    channel,
    wheel,
    metrics,
    errors,
    ask,
    storageError,
    onPeople,
    onLocalPeople,
    onEmpty,
  }: DocumentRoomOptions) {
    this.document = document;
    this.kind = kind;
    this.channel = channel;
    this.#title = title;
    this.#trashedAt = trashedAt;
    this.#metrics = metrics;
    this.#clock = new ChannelLatencyTracker(metrics, document);
    this.#ask = ask;
    this.#storageError = storageError;
    this.#onEmpty = onEmpty;
    this.#core = new Room({ document, channel });
    this.#people = new RoomPeople({
      // One flat string: Node builds a UUID from a dozen strings, which take more memory.
      id: randomBytes(ROOM_ID_BYTES).toString('base64url'),
      kind,
      channel,
      wheel,
      delivered: (type, receivers) => this.#delivered(type, receivers),
      onPeople: () => onPeople(document),
      onLocal: (event) => onLocalPeople(document, event),
      onSettled: () => this.#checkEmpty(),
      onError: (error) => errors.report('timer', { document }, error),
    });
  }

  /** For other nodes. */
  get localPeople(): readonly RemoteMember[] {
    return this.#people.local();
  }

  get localCursors(): readonly LocalCursors[] {
    return this.#people.localCursors();
  }

  get remotePeople(): RemotePeople {
    return this.#people.remote;
  }

  setTypingOf(user: string, typing: 'start' | 'stop'): void {
    this.#people.setTypingOf(user, typing);
  }

  get title(): string {
    return this.#title;
  }

  get people(): number {
    return this.#people.size;
  }

  get deliveries(): number {
    return this.#deliveries;
  }

  get channels(): number {
    return this.#participants.size;
  }

  get oldestUnacknowledgedMs(): number | null {
    let oldest: number | null = null;
    for (const { waiting } of this.#participants.values()) {
      if (waiting === null) continue;
      if (oldest === null || waiting.sinceMs < oldest) oldest = waiting.sinceMs;
    }
    return oldest;
  }

  users(limit: number): User[] {
    return this.#people.users(limit);
  }

  /** The answer is `opened`, or `closed`, which removes the subscriber. */
  join(subscriber: Subscriber, options: JoinOptions): void {
    const { ref, access, schema, position, stateVector, presence } = options;
    const { subscription, user, client } = subscriber;
    this.#participants.set(subscription, {
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
        trashedAt: this.#trashedAt,
        schema,
        position,
        stateVector,
      }),
    );
  }

  leave(subscription: number, how: Leave): void {
    const participant = this.#participants.get(subscription);
    if (participant === undefined) return;
    this.#perform(this.#core.leave(subscription));
    this.#remove(participant, how);
  }

  message(subscription: number, message: RoomMessage): void {
    const participant = this.#participants.get(subscription);
    if (message.type === 'update' && participant !== undefined && participant.presence !== null) {
      participant.waiting = this.#clock.sent(participant.waiting, message.cseq);
      this.#people.acted(participant.presence);
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

  awarenessOf(subscription: number): readonly AwarenessEntry[] {
    const presence = this.#presenceOf(subscription);
    return presence === null ? [] : this.#people.awarenessOf(presence);
  }

  awarenessSnapshot(): readonly EncodedMessage[] {
    return this.#people.awarenessSnapshot();
  }

  listPeople(subscription: number, request: MessageOf<'presence:list'>): void {
    const presence = this.#presenceOf(subscription);
    if (presence !== null) this.#people.list(presence, request);
  }

  refresh(subscription: number): void {
    const presence = this.#presenceOf(subscription);
    if (presence !== null) this.#people.refresh(presence);
  }

  renameUser(user: User): void {
    this.#people.rename(user);
  }

  renameDocument(title: string): void {
    this.#title = title;
    for (const subscription of this.#participants.keys())
      this.#perform(this.#core.changed(subscription, { title }));
  }

  /** @param change.accessOf the access of a user, or the reason why the user has to leave */
  recheck({ facts, accessOf }: AccessChange): void {
    if (facts !== null) {
      this.#title = facts.title;
      this.#trashedAt = facts.trashedAt;
    }
    for (const [subscription, participant] of [...this.#participants]) {
      const access = accessOf(participant.subscriber.user.id);
      this.#perform(
        typeof access === 'string'
          ? this.#core.changed(subscription, { ...facts, access })
          : this.#core.expel(subscription, access),
      );
    }
  }

  expel(error: ErrorBody): void {
    for (const subscription of [...this.#participants.keys()])
      this.#perform(this.#core.expel(subscription, error));
  }

  /** Broadcasts whether updates can be stored (W44), if that changed. */
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
      const participant = this.#participants.get(subscription);
      if (participant === undefined) continue;
      // The client may send updates once it receives `opened`, so it joins first.
      if (message.type === 'opened')
        participant.presence = this.#people.join(participant.subscriber);
      if (message.type === 'document:changed' && message.access !== 'edit')
        this.#people.stopTyping(participant.subscriber.user.id);
      participant.subscriber.deliver(encoded);
      participant.waiting = this.#clock.delivered(participant.waiting, message);
      receivers++;
      if (message.type === 'opened') this.#welcome(participant);
      else if (message.type === 'closed') this.#remove(participant, 'clean');
    }
    this.#delivered(message.type, receivers);
  }

  #delivered(type: ServerMessageType, receivers: number): void {
    this.#deliveries += receivers;
    this.#metrics.delivered(type, receivers);
  }

  #welcome(participant: Participant): void {
    this.#stateStorageError(participant);
    if (participant.presence !== null)
      this.#people.welcome(participant.presence, participant.known);
    participant.known = undefined;
  }

  #stateStorageError({ subscriber }: Participant): void {
    const error = this.#storageError();
    if (error !== this.#statedStorageError) {
      this.storageChanged();
    } else if (error !== null) {
      const message = { type: 'storage:changed', channel: this.channel, error } as const;
      subscriber.deliver(new EncodedMessage(message));
      this.#delivered(message.type, 1);
    }
  }

  #remove({ subscriber, presence }: Participant, how: Leave): void {
    this.#participants.delete(subscriber.subscription);
    if (presence !== null) this.#people.leave(presence, how);
    this.#checkEmpty();
  }

  #presenceOf(subscription: number): Presence | null {
    return this.#participants.get(subscription)?.presence ?? null;
  }

  #checkEmpty(): void {
    if (this.#participants.size === 0 && !this.#people.isInGracePeriod) this.#onEmpty(this);
  }

  #broadcast(message: ServerMessage): void {
    const encoded = new EncodedMessage(message);
    let receivers = 0;
    for (const { subscriber, presence } of this.#participants.values()) {
      if (presence === null) continue;
      subscriber.deliver(encoded);
      receivers++;
    }
    this.#delivered(message.type, receivers);
  }
}
