/**
 * One followed channel: the server's state with the effects of pending commands on top. The session
 * outlives connections and starts from the last known state.
 */
import {
  MAX_CHAT_PAGE,
  MAX_LIBRARY_PAGE,
  reduceChannel,
  trimChat,
  trimLibrary,
  type ReceivedEvent,
  type ChannelName,
  type ChannelState,
  type ChannelStateOf,
  type ErrorBody,
  type MessageOf,
  type User,
} from '@tandem/protocol';
import {
  ASK_AGAIN_CAP_MS,
  ChannelReplica,
  OPEN_AGAIN_MS,
  type OptimisticOverlay,
  type FollowedChannel,
  type ReplicaIntent,
  type ReplicaMessage,
} from '@tandem/sync';
import { AnswerDeadline } from '../answer-deadline.ts';
import type { Connection } from '../connection/connection.ts';
import type { Environment } from '../environment.ts';
import { Listeners } from '../listeners.ts';
import { RefusalRetry } from '../refusal-retry.ts';
import { TypingRefresher } from '../typing-refresher.ts';
import type { StateStore } from './state-store.ts';

/** The minimum interval between writes of a state. */
const KEEP_AFTER_MS = 1_000;

const NO_USERS: readonly string[] = [];

export type StateOf<N extends ChannelName> =
  N extends `${infer T extends 'chat' | 'comments' | 'sharing' | 'versions'}:${string}`
    ? ChannelStateOf<T>
    : N extends ChannelState['type']
      ? ChannelStateOf<N>
      : ChannelState;

export type ChannelStatus =
  | 'loading'
  | 'live'
  /** The last known state; newer events may be missing. */
  | 'stale'
  | 'lost';

export interface ChannelSessionOptions {
  readonly name: ChannelName;
  readonly connection: Connection;
  readonly environment: Environment;
  readonly store: StateStore;
  readonly effects: OptimisticOverlay;
  readonly nextRef: () => number;
  /** False while the channel's document is still to be created on the server. */
  readonly isKnown: () => boolean;
  readonly stateOf: (name: ChannelName) => ChannelState | null;
  readonly released: () => void;
}

export class ChannelSession<N extends ChannelName = ChannelName> {
  readonly name: N;
  readonly loaded: Promise<void>;
  readonly #options: ChannelSessionOptions;
  readonly #listeners = new Listeners<() => void>();
  readonly #typingRefresher: TypingRefresher;
  readonly #retry: RefusalRetry;
  readonly #deadline: AnswerDeadline;
  #typing: readonly string[] = NO_USERS;
  #replica: ChannelReplica | null = null;
  #owner: string | null = null;
  #error: ErrorBody | null = null;
  #shown: { readonly from: ChannelState; readonly state: ChannelState } | null = null;
  #own: { readonly from: ChannelState; readonly state: ChannelState } | null = null;
  /** Events that arrive during a page request, which may predate or follow the page. */
  readonly #meanwhile = new Set<ReceivedEvent[]>();
  #waitsFor: 'nothing' | 'its-document' = 'nothing';
  #holders = 1;
  #dueTimer: unknown = null;
  #keepTimer: unknown = null;
  #destroyed = false;

  constructor(options: ChannelSessionOptions & { readonly name: N }) {
    this.#options = options;
    this.name = options.name;
    const { connection, environment } = options;
    this.#typingRefresher = new TypingRefresher(environment.clock, (type) => {
      const channel = this.#replica?.channel;
      if (channel !== undefined) connection.send({ type, channel });
    });
    this.#retry = new RefusalRetry(environment, () => this.subscribe());
    this.#deadline = new AnswerDeadline({
      connection,
      clock: environment.clock,
      wait: { baseMs: OPEN_AGAIN_MS, capMs: ASK_AGAIN_CAP_MS },
      overdue: () => {
        this.#replica?.disconnected();
        this.subscribe();
      },
    });
    this.loaded = this.#load();
  }

  /** Null until loaded. The same object until something changes. */
  get state(): StateOf<N> | null {
    const from = this.#replica?.state ?? null;
    if (from === null) return null;
    if (this.#shown?.from !== from) this.#shown = { from, state: this.#predicted(from) };
    // The server sends each channel the state type of its name.
    return this.#shown.state as StateOf<N>;
  }

  /**
   * What this person's pending commands make of `nothing`, for a channel that this device does not know and cannot
   * ask for. The same object until something changes, for the same `nothing`.
   */
  ownState<S extends ChannelState>(nothing: S): S {
    if (this.#own?.from !== nothing) this.#own = { from: nothing, state: this.#predicted(nothing) };
    return this.#own.state as S;
  }

  get status(): ChannelStatus {
    const phase = this.#replica?.phase;
    if (phase === 'lost') return 'lost';
    if (phase === 'live') return 'live';
    return this.#replica?.state == null ? 'loading' : 'stale';
  }

  /** The history of the server's database that this channel follows, once it does. */
  get timeline(): string | null {
    return this.status === 'live' ? (this.#replica?.position?.epoch ?? null) : null;
  }

  get error(): ErrorBody | null {
    return this.#error;
  }

  get typing(): readonly string[] {
    return this.#typing;
  }

  setTyping(active: boolean): void {
    this.#typingRefresher.set(active);
  }

  typingChanged({ channel, users }: MessageOf<'typing:changed'>): void {
    if (channel !== this.#replica?.channel) return;
    this.#typing = users;
    this.changed();
  }

  get followed(): FollowedChannel | null {
    if (this.status === 'lost') return null;
    const replica = this.#replica;
    return { position: replica?.position ?? null, isSubscribed: replica?.channel !== undefined };
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  hold(): void {
    this.#holders++;
  }

  close(): void {
    if (--this.#holders > 0 || this.#destroyed) return;
    this.#run(this.#replica?.unsubscribe() ?? []);
    this.#options.released();
    void this.destroy();
  }

  amend(change: (state: ChannelState) => ChannelState): void {
    this.#replica?.amend(change);
    this.changed();
  }

  /**
   * Merges a page that was requested separately, then applies the events that arrived during the
   * request again. Rejects as `request` does.
   */
  async amendWith<T>(
    request: () => Promise<T>,
    add: (state: ChannelState, answer: T) => ChannelState,
  ): Promise<T> {
    const meanwhile: ReceivedEvent[] = [];
    this.#meanwhile.add(meanwhile);
    try {
      const answer = await request();
      this.amend((state) =>
        meanwhile.reduce<ChannelState>(
          (after, event) => reduceChannel(after, event, { chatMessages: Infinity }),
          add(state, answer),
        ),
      );
      return answer;
    } finally {
      this.#meanwhile.delete(meanwhile);
    }
  }

  retry(): void {
    if (this.#replica?.phase !== 'lost') return;
    this.#replica.disconnected();
    this.subscribe();
    this.changed();
  }

  subscribe(): void {
    const { connection } = this.#options;
    if (connection.state.kind !== 'connected') return;
    // Drop a request that was made for another user.
    if (this.#owner !== connection.user?.id && this.#replica?.phase === 'subscribing')
      this.#replica.disconnected();
    const request = this.request();
    if (request !== null) connection.send(request);
    // Also the request that was sent with `hello` waits from now on.
    this.#followAnswer();
  }

  request(): MessageOf<'subscribe'> | null {
    const { connection, isKnown, nextRef } = this.#options;
    const replica = this.#replica;
    if (replica === null || this.#destroyed || connection.user === null) return null;
    if (replica.phase !== 'closed') return null;
    this.#waitsFor = isKnown() ? 'nothing' : 'its-document';
    if (this.#waitsFor === 'its-document') return null;
    this.#retry.cancel();
    this.#error = null;
    this.#dropOthers(connection.user);
    const [intent] = (this.#replica ?? replica).subscribe(nextRef());
    this.#run([]);
    return intent?.kind === 'send' && intent.message.type === 'subscribe' ? intent.message : null;
  }

  disconnected(): void {
    const { clock } = this.#options.environment;
    this.#retry.cancel();
    clock.clearTimeout(this.#dueTimer);
    this.#replica?.disconnected();
    this.#typing = NO_USERS;
    this.changed();
  }

  receive(message: ReplicaMessage): void {
    const { environment } = this.#options;
    if (this.#replica === null) return;
    const { phase } = this.#replica;
    // As on a new connection: the server names those who type after its answer.
    if (phase === 'subscribing') this.#typing = NO_USERS;
    this.#run(this.#replica.receive(message, environment.clock.now()));
    // What was typed before the answer could not be told.
    if (phase === 'subscribing' && this.#replica?.channel !== undefined)
      this.#typingRefresher.resume();
  }

  pong(nonce: number): void {
    this.#deadline.pong(nonce);
  }

  commandsChanged(): void {
    if (this.#waitsFor === 'its-document') this.subscribe();
    this.changed();
  }

  changed(): void {
    this.#shown = null;
    this.#own = null;
    this.#followAnswer();
    if (!this.#destroyed) this.#listeners.notify((listener) => listener());
  }

  async flush(): Promise<void> {
    const { environment, store, connection } = this.#options;
    environment.clock.clearTimeout(this.#keepTimer);
    this.#keepTimer = null;
    const { state, position } = this.#replica ?? { state: null, position: null };
    const user = connection.user?.id ?? this.#owner;
    if (state === null || position === null || user === null || !isKeptType(state)) return;
    // The server can send again what cannot be stored.
    await store.save(this.name, { user, position, state: newestOf(state) }).catch(() => undefined);
  }

  async destroy(): Promise<void> {
    const { clock } = this.#options.environment;
    this.#destroyed = true;
    this.#listeners.clear();
    this.#typingRefresher.destroy();
    this.#retry.cancel();
    this.#deadline.pause();
    clock.clearTimeout(this.#dueTimer);
    if (this.#keepTimer !== null) await this.flush();
  }

  async #load(): Promise<void> {
    const kept = await this.#options.store.load(this.name).catch(() => null);
    if (this.#destroyed) return;
    this.#owner = kept?.user ?? null;
    this.#replica = new ChannelReplica({ name: this.name, persisted: kept ?? undefined });
    this.subscribe();
    this.changed();
  }

  #followAnswer(): void {
    const phase = this.#replica?.phase ?? 'closed';
    const isConnected = this.#options.connection.state.kind === 'connected';
    if (this.#destroyed || phase === 'closed') this.#deadline.pause();
    else if (phase !== 'subscribing') this.#deadline.answered();
    else if (isConnected) this.#deadline.follow('subscribed');
  }

  #dropOthers(user: User): void {
    if (this.#owner !== null && this.#owner !== user.id)
      this.#replica = new ChannelReplica({ name: this.name });
    this.#owner = user.id;
  }

  #predicted(state: ChannelState): ChannelState {
    const { effects, connection, stateOf } = this.#options;
    const user = connection.user ?? this.#knownUser(state);
    return user === null ? state : effects.over(state, { name: this.name, user, stateOf });
  }

  /** The stored library names the device's user before the first welcome. */
  #knownUser(state: ChannelState): User | null {
    const library = state.type === 'library' ? state : this.#options.stateOf('library');
    return library?.type === 'library' ? library.user : null;
  }

  #run(intents: readonly ReplicaIntent[]): void {
    const { connection, effects, store } = this.#options;
    for (const intent of intents) {
      switch (intent.kind) {
        case 'send':
          connection.send(intent.message);
          break;
        case 'applied':
          effects.arrived(this.name, intent.events);
          for (const events of this.#meanwhile) events.push(...intent.events);
          this.#keepSoon();
          break;
        case 'replaced':
          // Store at once: the page may close before another message arrives.
          void this.flush();
          break;
        case 'again':
          this.#error = intent.error;
          this.#deadline.answered();
          this.#retry.schedule(intent.error);
          break;
        case 'lost':
          this.#error = intent.error;
          void store.forget(this.name).catch(() => undefined);
          break;
      }
    }
    effects.moved(this.name, this.followed);
    this.#schedule();
    this.changed();
  }

  #schedule(): void {
    const { clock } = this.#options.environment;
    clock.clearTimeout(this.#dueTimer);
    const dueAt = this.#replica?.dueAt ?? null;
    if (dueAt === null) return;
    this.#dueTimer = clock.setTimeout(
      () => this.#run(this.#replica?.tick(clock.now()) ?? []),
      Math.max(0, dueAt - clock.now()),
    );
  }

  #keepSoon(): void {
    const state = this.#replica?.state;
    if (state == null || !isKeptType(state)) return;
    this.#keepTimer ??= this.#options.environment.clock.setTimeout(
      () => void this.flush(),
      KEEP_AFTER_MS,
    );
  }
}

function newestOf(state: ChannelState): ChannelState {
  if (state.type === 'chat') return trimChat(state, MAX_CHAT_PAGE);
  return state.type === 'library' ? trimLibrary(state, MAX_LIBRARY_PAGE) : state;
}

function isKeptType({ type }: ChannelState): boolean {
  return type === 'library' || type === 'chat';
}
