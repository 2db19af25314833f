/**
 * A device's replica of one event channel: the server's state at one offset. The replica applies
 * each event once and in order, requests missing events, and takes the whole state when those are
 * gone.
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
  | { readonly kind: 'applied'; readonly events: readonly ReceivedEvent[] }
  | { readonly kind: 'replaced' }
  /** Call `subscribe` again after `error.retryAfterMs`; without it, after a backoff. */
  | { readonly kind: 'again'; readonly error: ErrorBody }
  /** Access is denied or was removed. The owner must delete the persisted state too. */
  | { readonly kind: 'lost'; readonly error: ErrorBody };

export type ReplicaPhase = 'closed' | 'subscribing' | 'catching-up' | 'live' | 'lost';

export interface PersistedState {
  readonly position: ChannelPosition;
  readonly state: ChannelState;
}

export interface ChannelReplicaOptions {
  readonly name: ChannelName;
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
  target: number;
  recoverAt: number | null;
}

export const RETAINED = { chatMessages: MAX_LIVE_CHAT_MESSAGES };

export class ChannelReplica {
  readonly name: ChannelName;
  readonly #isReliable: boolean;
  #connected: Connected = { kind: 'closed' };
  #position: ChannelPosition | null;
  #state: ChannelState | null;
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

  disconnected(): void {
    this.#connected = { kind: 'closed' };
    this.#buffered = [];
  }

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
      // The answer continues from another position: only the whole state helps.
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
