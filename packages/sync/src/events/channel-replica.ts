/**
 * One channel of events as a device has it: the server's state at one offset. Events are applied once and
 * in order; what is missing is asked for; what cannot be recovered is replaced by the whole state.
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
import { MAX_HELD_MESSAGES, MAX_LIVE_CHAT_MESSAGES, RECOVER_AGAIN_MS } from '../limits.ts';

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
  /** The state has these events in it now. */
  | { readonly kind: 'applied'; readonly events: readonly ReceivedEvent[] }
  /** The state is another one now, whatever it was before. */
  | { readonly kind: 'replaced' }
  /** Call `subscribe` again, after `error.retryAfterMs`, or your own backoff where that is not given. */
  | { readonly kind: 'again'; readonly error: ErrorBody }
  /** Not ours to see, now or any more. The state is gone, and what is kept of it must go too. */
  | { readonly kind: 'lost'; readonly error: ErrorBody };

export type ReplicaPhase =
  /** Not on any connection; `subscribe` is next. */
  | 'closed'
  | 'subscribing'
  /** Events are known to exist that are not here yet. */
  | 'catching-up'
  | 'live'
  | 'lost';

/** A state and where it is from. */
export interface KeptState {
  readonly position: ChannelPosition;
  readonly state: ChannelState;
}

export interface ChannelReplicaOptions {
  readonly name: ChannelName;
  /** What an earlier visit has kept. */
  readonly kept?: KeptState | undefined;
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
  /** When what is missing is asked for. */
  askAt: number | null;
}

/** What is held in memory of an open channel. */
export const KEEP = { chatMessages: MAX_LIVE_CHAT_MESSAGES };

export class ChannelReplica {
  readonly name: ChannelName;
  readonly #isReliable: boolean;
  #connected: Connected = { kind: 'closed' };
  #position: ChannelPosition | null;
  #state: ChannelState | null;
  /** Messages from beyond a gap, in order of arrival. */
  #held: MessageOf<'events'>[] = [];

  constructor({ name, kept }: ChannelReplicaOptions) {
    this.name = name;
    this.#isReliable = CHANNEL_TYPES[readChannelName(name).type].delivery === 'reliable';
    this.#position = kept?.position ?? null;
    this.#state = kept?.state ?? null;
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

  /** When `tick` has something to do, in the time that `receive` is told. */
  get dueAt(): number | null {
    return this.#connected.kind === 'open' ? this.#connected.askAt : null;
  }

  /** @param ref unique on the connection */
  subscribe(ref: number): readonly ReplicaIntent[] {
    this.#connected = { kind: 'subscribing', ref };
    this.#held = [];
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

  /** What is here stays. */
  disconnected(): void {
    this.#connected = { kind: 'closed' };
    this.#held = [];
  }

  /** Changes what no event has to do with: pages of history. */
  amend(change: (state: ChannelState) => ChannelState): void {
    if (this.#state !== null) this.#state = change(this.#state);
  }

  /** @param now milliseconds of any clock, the same for `tick` */
  receive(message: ReplicaMessage, now: number): readonly ReplicaIntent[] {
    switch (message.type) {
      case 'subscribed':
        return this.#isMine(message) ? this.#subscribed(message, now) : [];
      case 'unsubscribed':
        return this.#isMine(message) ? this.#unsubscribed(message.error) : [];
      case 'events':
        return message.channel === this.channel ? this.#receiveEvents(message, now) : [];
      case 'activity:changed':
      case 'dashboard:changed':
        return message.channel === this.channel ? this.#receiveLatest(message) : [];
    }
  }

  tick(now: number): readonly ReplicaIntent[] {
    const open = this.#connected;
    if (open.kind !== 'open' || open.askAt === null || now < open.askAt) return [];
    open.askAt = now + RECOVER_AGAIN_MS;
    const message = { type: 'recover', channel: open.channel, from: this.#offset } as const;
    return [{ kind: 'send', message }];
  }

  get #offset(): number {
    return this.#position?.offset ?? 0;
  }

  /** Answers of an earlier subscription are not. */
  #isMine({ ref, channel }: { readonly ref?: number | undefined; readonly channel: number }) {
    const connected = this.#connected;
    if (connected.kind === 'subscribing') return ref === connected.ref;
    return connected.kind === 'open' && channel === connected.channel;
  }

  #subscribed(message: MessageOf<'subscribed'>, now: number): readonly ReplicaIntent[] {
    const { channel, epoch, offset, recovered, state } = message;
    const open: OpenState = { kind: 'open', channel, epoch, target: offset, askAt: null };
    this.#connected = open;
    if (!recovered && state !== undefined) {
      this.#position = { epoch, offset };
      this.#state = state;
      this.#held = this.#held.filter(({ to }) => to > offset);
      return [{ kind: 'replaced' }, ...this.#goOn(open, now)];
    }
    if (this.#position?.epoch !== epoch) {
      // Recovered from a place where we never were: only the whole state helps.
      this.disconnected();
      this.#position = null;
      return [{ kind: 'again', error: errorOf('internal') }];
    }
    if (this.#offset < offset) open.askAt = now + RECOVER_AGAIN_MS;
    return [];
  }

  #unsubscribed(error: ErrorBody): readonly ReplicaIntent[] {
    this.disconnected();
    if (ERRORS[error.code].action === 'retry') return [{ kind: 'again', error }];
    this.#connected = { kind: 'lost' };
    this.#position = null;
    this.#state = null;
    return [{ kind: 'lost', error }];
  }

  #receiveEvents(message: MessageOf<'events'>, now: number): readonly ReplicaIntent[] {
    const open = this.#connected;
    if (open.kind !== 'open' || message.to <= this.#offset) return [];
    open.target = Math.max(open.target, message.to);
    // Of what is not held, `target` knows: it is asked for.
    if (this.#held.length < MAX_HELD_MESSAGES || message.from <= this.#offset)
      this.#held.push(message);
    return this.#goOn(open, now);
  }

  /** Applies what follows, and gives what is missing its time. */
  #goOn(open: OpenState, now: number): readonly ReplicaIntent[] {
    const events: ReceivedEvent[] = [];
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      events.push(...next.events.slice(this.#offset - next.from));
      this.#position = { epoch: open.epoch, offset: next.to };
    }
    if (this.#offset >= open.target) open.askAt = null;
    else if (events.length > 0 || open.askAt === null) open.askAt = now + GAP_HOLD_MS;
    if (events.length === 0) return [];
    if (this.#state !== null)
      this.#state = events.reduce((state, event) => reduceChannel(state, event, KEEP), this.#state);
    return [{ kind: 'applied', events }];
  }

  /** The held message that goes on from where this is. */
  #takeNext(): MessageOf<'events'> | undefined {
    this.#held = this.#held.filter(({ to }) => to > this.#offset);
    const index = this.#held.findIndex(({ from }) => from <= this.#offset);
    return index < 0 ? undefined : this.#held.splice(index, 1)[0];
  }

  #receiveLatest(
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
