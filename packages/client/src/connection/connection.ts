/**
 * One live connection to the server that comes back by itself. It knows messages, not what they mean:
 * documents register as listeners. What carries it is its own matter: where no WebSocket gets through it
 * goes over HTTP, and on to a WebSocket as soon as one does.
 */
import {
  binaryCodec,
  CLOSE_CODES,
  closeAction,
  ERRORS,
  errorOf,
  MAX_FRAME_BYTES,
  MAX_SEND_BYTES,
  RECONNECT_HEALTHY_AFTER_MS,
  TRANSPORT_CLOSE_CODES,
  WEBSOCKET_RETRY_CAP_MS,
  WEBSOCKET_RETRY_FIRST_MS,
  type ClientMessage,
  type CloseCode,
  type ErrorAction,
  type ErrorBody,
  type ServerMessage,
  type TransportKind,
  type User,
} from '@tandem/protocol';
import type { Environment } from '../environment.ts';
import { Attempt } from './attempt.ts';
import {
  transition,
  type ConnectionEvent,
  type ConnectionState,
  type FailureCause,
} from './connection-state.ts';
import type { Fallback } from './fallback.ts';
import type { ChannelRequest } from './hello.ts';
import { Liveness } from './liveness.ts';
import { outgoingFrames } from './outgoing-frames.ts';
import { reconnectDelay } from './reconnect-policy.ts';
import type { Socket } from './socket.ts';
import { createTransportMemory, TransportChoice } from './transport-choice.ts';

export type { ChannelRequest, Socket };

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly error: ErrorBody }
  /** Something in front of the server asks the person to sign in. */
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'unreachable' };

export type Reachability = 'reachable' | 'unreachable' | 'sign-in';

export interface ConnectionOptions {
  /** Makes a socket to the server's sync path, with the binary subprotocol. */
  readonly socket: () => Socket;
  /** Ways for networks that let no WebSocket through; null: there are none. */
  readonly fallback?: Fallback | null;
  /** The token for `hello`; `fresh` asks for a new one because the last was refused, or ends. */
  readonly token: (options: { readonly fresh: boolean }) => Promise<TokenAnswer>;
  /** Whether the server answers plain HTTP; tells a blocked WebSocket from a dead server. */
  readonly reachable: () => Promise<Reachability>;
  /** The newest document schema that this program can edit. */
  readonly schema: number;
  readonly environment: Environment;
}

export interface ConnectionListener {
  /**
   * What it wants to have open, asked when a connection begins, before it is `connected`. Whoever names
   * something here does not ask for it by `send` then. Asked again when that came to nothing.
   */
  requests?(): readonly ChannelRequest[];
  state?(state: ConnectionState): void;
  /** What is for documents and channels. */
  message?(message: ServerMessage): void;
  /** Everything that is said on it after the welcome, in both directions: for those who watch. */
  traffic?(direction: 'sent' | 'received', message: ClientMessage | ServerMessage): void;
}

/** Between two tries to get the token that the server asked for. */
const TOKEN_RETRY_MS = 10_000;
/** The header of its part. */
const MAX_HTTP_FRAME_BYTES = MAX_SEND_BYTES - 64;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #listeners = new Set<ConnectionListener>();
  readonly #liveness: Liveness;
  readonly #choice: TransportChoice;
  readonly #stopListening: () => void;
  #state: ConnectionState = { kind: 'idle' };
  #user: User | null = null;
  /** A new one for each try, from its first step on. */
  #try: object = {};
  #attempt: Attempt | null = null;
  /** A WebSocket that is tried beside a connection over HTTP. */
  #probe: Attempt | null = null;
  #probeTimer: unknown = null;
  #probeDelayMs = WEBSOCKET_RETRY_FIRST_MS;
  #retryTimer: unknown = null;
  #tokenTimer: unknown = null;
  #dictatedRetryMs: number | null = null;
  /** What the server last said about this connection: if it closes it now, that is why. */
  #reason: ErrorBody | null = null;
  #hasMetUnreadableFrame = false;
  #freshToken = false;
  #outgoing: Uint8Array[] = [];
  #nonce = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { environment, fallback } = options;
    this.#liveness = new Liveness(environment, {
      ping: () => this.send({ type: 'ping', channel: 0, nonce: ++this.#nonce }),
      dead: () => this.#lost('lost'),
    });
    this.#choice = new TransportChoice(
      fallback?.memory ?? createTransportMemory(),
      environment.clock.now(),
    );
    this.#stopListening = environment.listen((event) => {
      if (event === 'online') this.tryNow();
      if (event === 'online' || event === 'wake') this.#liveness.ask();
      if (event === 'offline') this.#liveness.ask();
      // Another network may let through what this one did not.
      if (event === 'online' && this.#probeTimer !== null) this.#probeLater(0);
      if (event === 'leaving' && this.#attempt !== null) fallback?.leave(this.#attempt.socket);
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Who the server says we are; known after the first welcome. */
  get user(): User | null {
    return this.#user;
  }

  set unsaved(unsaved: boolean) {
    this.#liveness.unsaved = unsaved;
  }

  /** Returns the way to stop listening. */
  listen(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.#happen({ kind: 'start' });
  }

  /** Does not wait for the time of the next try; also the way out of `stopped`. */
  tryNow(): void {
    this.#happen({ kind: 'try-now' });
  }

  close(): void {
    this.#stopListening();
    this.#try = {};
    this.#abandon(TRANSPORT_CLOSE_CODES.normal);
    this.#happen({ kind: 'close' });
    this.#listeners.clear();
  }

  /** Messages of one turn travel in one frame. Without a connection they go nowhere: documents send again when it is back. */
  send(message: ClientMessage): void {
    if (this.#state.kind !== 'connected') return;
    for (const listener of this.#listeners) listener.traffic?.('sent', message);
    this.#queue(message);
  }

  #queue(message: ClientMessage): void {
    if (this.#outgoing.push(binaryCodec.encode(message)) === 1) queueMicrotask(() => this.#flush());
  }

  #happen(event: ConnectionEvent): void {
    const { clock } = this.#options.environment;
    const before = this.#state;
    this.#state = transition(before, event);
    if (this.#state === before) return;
    clock.clearTimeout(this.#retryTimer);
    if (this.#state.kind === 'connecting' && event.kind !== 'switch') void this.#connect();
    if (this.#state.kind === 'waiting') {
      const delay = this.#state.retryAt - clock.now();
      this.#retryTimer = clock.setTimeout(() => this.#happen({ kind: 'retry-due' }), delay);
    }
    for (const listener of this.#listeners) listener.state?.(this.#state);
  }

  async #connect(): Promise<void> {
    const current = (this.#try = {});
    const answer = await this.#token(this.#freshToken);
    if (this.#try !== current) return;
    switch (answer.kind) {
      case 'unreachable':
      case 'sign-in':
        return this.#lost(answer.kind);
      case 'refused': {
        const { action } = ERRORS[answer.error.code];
        if (action !== 'retry') return this.#refused(answer.error, action);
        this.#dictatedRetryMs = answer.error.retryAfterMs ?? null;
        return this.#lost('unreachable', answer.error);
      }
      case 'token':
        return await this.#open(current, answer.token);
    }
  }

  async #token(fresh: boolean): Promise<TokenAnswer> {
    return await this.#options.token({ fresh }).catch((): TokenAnswer => ({ kind: 'unreachable' }));
  }

  /** Over the best transport that may work. */
  async #open(current: object, token: string): Promise<void> {
    const { fallback, environment } = this.#options;
    const kind = this.#choice.next(environment.clock.now());
    if (kind === 'websocket' || fallback == null) {
      const socket = this.#webSocket();
      if (socket === null) return await this.#blocked('websocket', token);
      this.#attempt = this.#begin('websocket', socket, token);
      return;
    }
    const opened = await fallback.open(kind);
    if (this.#try === current) this.#attempt = this.#begin(opened.kind, opened.socket, token);
    else opened.socket.close();
  }

  #webSocket(): Socket | null {
    try {
      return this.#options.socket();
    } catch {
      return null;
    }
  }

  #begin(kind: TransportKind, socket: Socket, token: string): Attempt {
    const { schema, environment } = this.#options;
    const attempt = new Attempt({
      kind,
      socket,
      token,
      schema,
      clock: environment.clock,
      callbacks: {
        requests: () => (attempt === this.#attempt ? this.#requests() : []),
        welcomed: (user, rest) => this.#welcomed(attempt, { user, rest }),
        heard: () => attempt === this.#attempt && this.#liveness.heard(),
        message: (message) => attempt === this.#attempt && this.#handle(message),
        unreadable: () => this.#handleUnreadableFrame(attempt),
        closed: (code) => void this.#closed(attempt, code, token),
      },
    });
    attempt.start();
    return attempt;
  }

  #handle(message: ServerMessage): void {
    for (const listener of this.#listeners) listener.traffic?.('received', message);
    switch (message.type) {
      case 'ping':
        return this.send({ type: 'pong', channel: 0, nonce: message.nonce });
      case 'pong':
      case 'authenticated':
        return;
      case 'authenticate':
        return void this.#renewToken();
      case 'goaway':
        this.#dictatedRetryMs = message.retryAfterMs;
        return;
      case 'error':
        this.#dictatedRetryMs = message.error.retryAfterMs ?? null;
        if (message.channel === 0) this.#reason = message.error;
        break;
      default:
        break;
    }
    for (const listener of this.#listeners) listener.message?.(message);
  }

  #requests(): readonly ChannelRequest[] {
    return [...this.#listeners].flatMap((listener) => listener.requests?.() ?? []);
  }

  #welcomed(
    attempt: Attempt,
    { user, rest }: { readonly user: User; readonly rest: readonly ChannelRequest[] },
  ): void {
    const now = this.#options.environment.clock.now();
    if (attempt === this.#probe) this.#switchTo(attempt);
    if (attempt !== this.#attempt) return;
    this.#user = user;
    this.#freshToken = false;
    this.#liveness.heard();
    this.#liveness.start();
    this.#choice.connected(attempt.kind, now);
    // Before anybody hears of it: who has something to add asks anew.
    for (const request of rest) this.#queue(request);
    this.#happen({ kind: 'welcomed', now, transport: attempt.kind });
    if (attempt.kind === 'websocket') this.#probeDelayMs = WEBSOCKET_RETRY_FIRST_MS;
    else this.#probeLater(this.#probeDelayMs);
  }

  /** A WebSocket gets through after all. What was on its way over HTTP is said again there. */
  #switchTo(probe: Attempt): void {
    const old = this.#attempt;
    this.#probe = null;
    this.#attempt = probe;
    this.#outgoing = [];
    this.#happen({ kind: 'switch' });
    // Not a goodbye: the same person is there all the time.
    old?.abandon(TRANSPORT_CLOSE_CODES.goingAway);
  }

  #probeLater(delayMs: number): void {
    const { clock } = this.#options.environment;
    clock.clearTimeout(this.#probeTimer);
    this.#probeTimer = clock.setTimeout(() => void this.#probeNow(), delayMs);
  }

  async #probeNow(): Promise<void> {
    this.#probeTimer = null;
    this.#probeDelayMs = Math.min(WEBSOCKET_RETRY_CAP_MS, this.#probeDelayMs * 2);
    const current = this.#attempt;
    const answer = await this.#token(false);
    if (current === null || this.#attempt !== current || this.#probe !== null) return;
    const socket = answer.kind === 'token' ? this.#webSocket() : null;
    if (answer.kind !== 'token' || socket === null) return this.#probeLater(this.#probeDelayMs);
    this.#probe = this.#begin('websocket', socket, answer.token);
  }

  /** The server asked for it, as the one that this connection was opened with ends. */
  async #renewToken(): Promise<void> {
    const { clock } = this.#options.environment;
    const attempt = this.#attempt;
    const answer = await this.#token(true);
    if (this.#attempt !== attempt) return;
    if (answer.kind === 'token') this.send({ type: 'token', channel: 0, token: answer.token });
    // Whoever is refused for good hears so when the connection ends for want of it.
    else this.#tokenTimer = clock.setTimeout(() => void this.#renewToken(), TOKEN_RETRY_MS);
  }

  /**
   * The frame may have been damaged on its way, so the client reconnects once. A second such frame without a healthy
   * connection in between means that this page cannot read what the server sends, and only another page helps.
   */
  #handleUnreadableFrame(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    const isRepeated = this.#hasMetUnreadableFrame && !this.#isHealthy();
    this.#hasMetUnreadableFrame = true;
    const error = errorOf('version-unsupported');
    if (!isRepeated) return this.#lost('lost', error);
    this.#abandon(TRANSPORT_CLOSE_CODES.normal);
    this.#refused(error, 'reload');
  }

  async #closed(attempt: Attempt, code: number, token: string): Promise<void> {
    if (attempt === this.#probe) {
      this.#probe = null;
      this.#probeLater(this.#probeDelayMs);
    }
    if (attempt !== this.#attempt) return;
    const action = closeAction(code);
    this.#dictatedRetryMs = attempt.socket.retryAfterMs ?? this.#dictatedRetryMs;
    if (action === 'authenticate' && !this.#freshToken) {
      this.#freshToken = true;
      this.#dictatedRetryMs = 0;
      this.#lost('lost');
    } else if (action !== 'retry') {
      const entry = CLOSE_CODES[code as CloseCode] as (typeof CLOSE_CODES)[CloseCode] | undefined;
      this.#refused(this.#reason ?? errorOf(entry?.error ?? 'forbidden'), action);
    } else if (attempt.isWelcomed || code !== TRANSPORT_CLOSE_CODES.abnormal) {
      this.#lost('lost', code in CLOSE_CODES ? this.#reason : null);
    } else {
      await this.#blocked(attempt.kind, token);
    }
  }

  /** A try that was never answered: find out whose fault it is; the next transport may get through. */
  async #blocked(kind: TransportKind, token: string): Promise<void> {
    const { environment, fallback, reachable } = this.#options;
    const current = this.#try;
    const dictated = this.#dictatedRetryMs;
    this.#abandon();
    const found = environment.online()
      ? await reachable().catch(() => 'unreachable' as const)
      : 'unreachable';
    if (this.#try !== current) return;
    this.#dictatedRetryMs = dictated;
    if (found !== 'reachable') return this.#lost(found);
    // The server itself said when to come again.
    if (dictated !== null) return this.#lost('lost');
    if (fallback == null) return this.#allBlocked();
    const next = this.#choice.failed(kind, 'blocked', environment.clock.now());
    if (next === 'try-next') return await this.#open(current, token);
    if (kind === 'poll') this.#allBlocked();
    else this.#lost('lost');
  }

  /** A proxy may let health through and ask people to sign in for the rest: the next try asks for a token. */
  #allBlocked(): void {
    this.#freshToken = true;
    this.#lost('socket-blocked');
  }

  #refused(error: ErrorBody, action: ErrorAction): void {
    this.#abandon();
    this.#happen({ kind: 'refused', error, action });
  }

  /** @param error the server's reason. */
  #lost(cause: FailureCause, error: ErrorBody | null = null): void {
    const { clock, random, online } = this.#options.environment;
    const state = this.#state;
    const now = clock.now();
    const healthy = this.#isHealthy();
    if (healthy) this.#choice.healthy();
    else if (state.kind === 'connected') this.#choice.failed(state.transport, 'short-lived', now);
    const attempt = 'attempt' in state && !healthy ? state.attempt : 0;
    const retryAt = now + (this.#dictatedRetryMs ?? reconnectDelay(attempt, random));
    this.#abandon();
    const seen = online() ? cause : 'no-network';
    this.#happen({ kind: 'failed', cause: seen, error, retryAt, healthy });
  }

  #isHealthy(): boolean {
    const state = this.#state;
    const now = this.#options.environment.clock.now();
    return state.kind === 'connected' && now - state.since >= RECONNECT_HEALTHY_AFTER_MS;
  }

  /** Lets go of whatever is under way. */
  #abandon(code?: number): void {
    const { clock } = this.#options.environment;
    this.#liveness.stop();
    this.#outgoing = [];
    this.#dictatedRetryMs = null;
    this.#reason = null;
    clock.clearTimeout(this.#probeTimer);
    clock.clearTimeout(this.#tokenTimer);
    this.#probeTimer = null;
    this.#attempt?.abandon(code);
    this.#probe?.abandon();
    this.#attempt = this.#probe = null;
  }

  #flush(): void {
    const attempt = this.#attempt;
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    if (attempt === null || this.#state.kind !== 'connected') return;
    const maxBytes = attempt.kind === 'websocket' ? MAX_FRAME_BYTES : MAX_HTTP_FRAME_BYTES;
    for (const frame of outgoingFrames(outgoing, maxBytes))
      attempt.socket.send(frame as Uint8Array<ArrayBuffer>);
  }
}
