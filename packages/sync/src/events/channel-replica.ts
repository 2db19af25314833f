/**
 * A device's replica of one channel of events: the server's state at one offset. Events are applied once and in
 * order. The replica requests missing events, and takes the whole state where they are gone.
 */
import {
  CHANNEL_TYPES,
  errorOf,
  ERRORS,
  GAP_HOLD_MS,
  readChannelName,
  reduceActivity,
  reduceChannel,
  reduceDashboard,
  type ReceivedEvent,
  type ChannelName,
  type ChannelPosition,
  type ChannelState,
  type ClientMessage,
  type ErrorBody,
  type MessageOf,
  type ServerMessage,
} from '@tandem/protocol';
import { MAX_BUFFERED_MESSAGES, MAX_LIVE_CHAT_MESSAGES, RECOVER_AGAIN_MS } from '../limits.ts';

export type ReplicaMessage = Extract<
  ServerMessage,
  {
    readonly type:
      | 'subscribed'
      | 'unsubscribed'
      | 'events'
      | 'activity:changed'
      | 'dashboard:changed';
  }
>;

export type ReplicaIntent =
  | { readonly kind: 'send'; readonly message: ClientMessage }
  /** The state includes these events. */
  | { readonly kind: 'applied'; readonly events: readonly ReceivedEvent[] }
  /** The state is unrelated to the one before. */
  | { readonly kind: 'replaced' }
  /** Call `subscribe` again after `error.retryAfterMs`; without it, after a backoff. */
  | { readonly kind: 'again'; readonly error: ErrorBody }
  /** Not ours to see, now or any more. The state is gone, and what is persisted of it must go too. */
  | { readonly kind: 'lost'; readonly error: ErrorBody };

export type ReplicaPhase =
  /** No connection; `subscribe` is next. */
  | 'closed'
  | 'subscribing'
  /** Events exist that have not arrived. */
  | 'catching-up'
  | 'live'
  | 'lost';

/** A state and its position. */
export interface PersistedState {
  readonly position: ChannelPosition;
  readonly state: ChannelState;
}

export interface ChannelReplicaOptions {
  readonly name: ChannelName;
  /** Stored by an earlier page. */
  readonly persisted?: PersistedState | undefined;
}

type Connected =
  | { readonly kind: 'closed' }
  | { readonly kind: 'subscribing'; readonly ref: number }
  | OpenState
  | { readonly kind: 'lost' };

interface OpenState {
  readonly kind: 'open';
  readonly channel: number;
  readonly epoch: string;
  /** The newest offset that is known to exist. */
  target: number;
  /** When to request the missing events. */
  recoverAt: number | null;
}

/** Limits of the state in memory. */
export const RETAINED = { chatMessages: MAX_LIVE_CHAT_MESSAGES };

export class ChannelReplica {
  readonly name: ChannelName;
  readonly #isReliable: boolean;
  #connected: Connected = { kind: 'closed' };
  #position: ChannelPosition | null;
  #state: ChannelState | null;
  /** Messages after a gap, in order of arrival. */
  #buffered: MessageOf<'events'>[] = [];

  constructor({ name, persisted }: ChannelReplicaOptions) {
    this.name = name;
    this.#isReliable = CHANNEL_TYPES[readChannelName(name).type].delivery === 'reliable';
    this.#position = persisted?.position ?? null;
    this.#state = persisted?.state ?? null;
  }

  get phase(): ReplicaPhase {
    const connected = this.#connected;
    if (connected.kind !== 'open') return connected.kind;
    return this.#offset < connected.target ? 'catching-up' : 'live';
  }

  get state(): ChannelState | null {
    return this.#state;
  }

  get position(): ChannelPosition | null {
    return this.#position;
  }

  /** The number that the server gave to this channel, while it is open. */
  get channel(): number | undefined {
    return this.#connected.kind === 'open' ? this.#connected.channel : undefined;
  }

  /** When to call `tick`, by the clock of `receive`; null: never. */
  get dueAt(): number | null {
    return this.#connected.kind === 'open' ? this.#connected.recoverAt : null;
  }

  /** @param ref unique on the connection */
  subscribe(ref: number): readonly ReplicaIntent[] {
    this.#connected = { kind: 'subscribing', ref };
    this.#buffered = [];
    const position = this.#isReliable ? this.#position : null;
    const message = {
      type: 'subscribe',
      channel: 0,
      ref,
      name: this.name,
      ...(position === null ? {} : { position }),
    } as const;
    return [{ kind: 'send', message }];
  }

  unsubscribe(): readonly ReplicaIntent[] {
    const { channel } = this;
    this.disconnected();
    if (channel === undefined) return [];
    return [{ kind: 'send', message: { type: 'unsubscribe', channel } }];
  }

  /** Keeps the state. */
  disconnected(): void {
    this.#connected = { kind: 'closed' };
    this.#buffered = [];
  }

  /** Changes the state beside events, such as by a page of history. */
  amend(change: (state: ChannelState) => ChannelState): void {
    if (this.#state !== null) this.#state = change(this.#state);
  }

  /** @param now milliseconds of any clock, the same for `tick` */
  receive(message: ReplicaMessage, now: number): readonly ReplicaIntent[] {
    switch (message.type) {
      case 'subscribed':
        return this.#isMine(message) ? this.#handleSubscribed(message, now) : [];
      case 'unsubscribed':
        return this.#isMine(message) ? this.#handleUnsubscribed(message.error) : [];
      case 'events':
        return message.channel === this.channel ? this.#handleEvents(message, now) : [];
      case 'activity:changed':
      case 'dashboard:changed':
        return message.channel === this.channel ? this.#handleLatest(message) : [];
    }
  }

  tick(now: number): readonly ReplicaIntent[] {
    const open = this.#connected;
    if (open.kind !== 'open' || open.recoverAt === null || now < open.recoverAt) return [];
    open.recoverAt = now + RECOVER_AGAIN_MS;
    const message = { type: 'recover', channel: open.channel, from: this.#offset } as const;
    return [{ kind: 'send', message }];
  }

  get #offset(): number {
    return this.#position?.offset ?? 0;
  }

  /** Rejects answers to an earlier subscription. */
  #isMine({ ref, channel }: { readonly ref?: number | undefined; readonly channel: number }) {
    const connected = this.#connected;
    if (connected.kind === 'subscribing') return ref === connected.ref;
    return connected.kind === 'open' && channel === connected.channel;
  }

  #handleSubscribed(message: MessageOf<'subscribed'>, now: number): readonly ReplicaIntent[] {
    const { channel, epoch, offset, recovered, state } = message;
    const open: OpenState = { kind: 'open', channel, epoch, target: offset, recoverAt: null };
    this.#connected = open;
    if (!recovered && state !== undefined) {
      this.#position = { epoch, offset };
      this.#state = state;
      this.#buffered = this.#buffered.filter(({ to }) => to > offset);
      return [{ kind: 'replaced' }, ...this.#applyBuffered(open, now)];
    }
    if (this.#position?.epoch !== epoch) {
      // The answer continues from a position that this replica never had: only the whole state helps.
      this.disconnected();
      this.#position = null;
      return [{ kind: 'again', error: errorOf('internal') }];
    }
    if (this.#offset < offset) open.recoverAt = now + RECOVER_AGAIN_MS;
    return [];
  }

  #handleUnsubscribed(error: ErrorBody): readonly ReplicaIntent[] {
    this.disconnected();
    if (ERRORS[error.code].action === 'retry') return [{ kind: 'again', error }];
    this.#connected = { kind: 'lost' };
    this.#position = null;
    this.#state = null;
    return [{ kind: 'lost', error }];
  }

  #handleEvents(message: MessageOf<'events'>, now: number): readonly ReplicaIntent[] {
    const open = this.#connected;
    if (open.kind !== 'open' || message.to <= this.#offset) return [];
    open.target = Math.max(open.target, message.to);
    // Messages dropped here are recovered later: `target` records the highest offset.
    if (this.#buffered.length < MAX_BUFFERED_MESSAGES || message.from <= this.#offset)
      this.#buffered.push(message);
    return this.#applyBuffered(open, now);
  }

  /** Applies buffered messages without a gap, and schedules the request for missing ones. */
  #applyBuffered(open: OpenState, now: number): readonly ReplicaIntent[] {
    const events: ReceivedEvent[] = [];
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      events.push(...next.events.slice(this.#offset - next.from));
      this.#position = { epoch: open.epoch, offset: next.to };
    }
    if (this.#offset >= open.target) open.recoverAt = null;
    else if (events.length > 0 || open.recoverAt === null) open.recoverAt = now + GAP_HOLD_MS;
    if (events.length === 0) return [];
    if (this.#state !== null)
      this.#state = events.reduce(
        (state, event) => reduceChannel(state, event, RETAINED),
        this.#state,
      );
    return [{ kind: 'applied', events }];
  }

  /** The buffered message that continues from the current offset. */
  #takeNext(): MessageOf<'events'> | undefined {
    this.#buffered = this.#buffered.filter(({ to }) => to > this.#offset);
    const index = this.#buffered.findIndex(({ from }) => from <= this.#offset);
    return index < 0 ? undefined : this.#buffered.splice(index, 1)[0];
  }

  #handleLatest(
    message: MessageOf<'activity:changed'> | MessageOf<'dashboard:changed'>,
  ): readonly ReplicaIntent[] {
    const state = this.#state;
    if (message.type === 'activity:changed' && state?.type === 'activity')
      this.#state = reduceActivity(state, message);
    else if (message.type === 'dashboard:changed' && state?.type === 'dashboard')
      this.#state = reduceDashboard(state, message);
    else return [];
    return [{ kind: 'replaced' }];
  }
}
