/**
 * One connection to the server that reconnects by itself. Documents and channels register as
 * listeners for its messages. Where no WebSocket gets through, it uses HTTP, and switches to a
 * WebSocket as soon as one connects.
 */
import {
  CLOSE_CODES,
  closeAction,
  ERRORS,
  errorOf,
  RECONNECT_HEALTHY_AFTER_MS,
  TRANSPORT_CLOSE_CODES,
  type ClientMessage,
  type CloseCode,
  type ErrorAction,
  type ErrorBody,
  type ServerMessage,
  type TransportKind,
  type User,
} from '@tandem/protocol';
import { reconnectDelayMs } from '../backoff.ts';
import type { Environment } from '../environment.ts';
import { Listeners } from '../listeners.ts';
import { Attempt } from './attempt.ts';
import {
  transition,
  type ConnectionEvent,
  type ConnectionState,
  type FailureCause,
} from './connection-state.ts';
import type { Fallback } from './fallback.ts';
import type { ChannelRequest } from './hello.ts';
import type { Reachability, TokenAnswer } from './http-session.ts';
import { Liveness } from './liveness.ts';
import { SendQueue } from './send-queue.ts';
import { createSocket, type Socket } from './socket.ts';
import { TokenRenewal } from './token-renewal.ts';
import { createTransportMemory, TransportChoice } from './transport-choice.ts';
import { WebSocketProbe } from './websocket-probe.ts';

export interface ConnectionOptions {
  readonly socket: () => Socket;
  readonly fallback?: Fallback | null;
  /**
   * Returns the token for `hello`; `fresh` asks for a new one because the last was refused or is
   * about to expire.
   */
  readonly token: (options: { readonly fresh: boolean }) => Promise<TokenAnswer>;
  readonly reachable: () => Promise<Reachability>;
  readonly schema: number;
  readonly environment: Environment;
}

export interface ConnectionListener {
  /**
   * Channels to open with the connection, before it is `connected`; the listener sends no request
   * for them. Called again after a failed attempt.
   */
  requests?(): readonly ChannelRequest[];
  state?(state: ConnectionState): void;
  message?(message: ServerMessage): void;
  traffic?(direction: 'sent' | 'received', message: ClientMessage | ServerMessage): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #listeners = new Listeners<ConnectionListener>();
  readonly #liveness: Liveness;
  readonly #choice: TransportChoice;
  readonly #outgoing = new SendQueue(() =>
    this.#state.kind === 'connected' ? this.#attempt : null,
  );
  readonly #probe: WebSocketProbe;
  readonly #renewal: TokenRenewal;
  readonly #stopListening: () => void;
  #state: ConnectionState = { kind: 'idle' };
  #user: User | null = null;
  #try: object = {};
  #attempt: Attempt | null = null;
  #retryTimer: unknown = null;
  #serverRetryAfterMs: number | null = null;
  /** The server's last error for this connection, which explains a later close. */
  #reason: ErrorBody | null = null;
  #hasMetUnreadableFrame = false;
  #freshToken = false;
  #nonce = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { environment, fallback } = options;
    this.#liveness = new Liveness(environment, {
      ping: () => this.ping(),
      dead: () => this.#lost('lost'),
    });
    this.#choice = new TransportChoice(
      fallback?.memory ?? createTransportMemory(),
      environment.clock.now(),
    );
    this.#probe = new WebSocketProbe(environment.clock, () => this.#beginProbe());
    this.#renewal = new TokenRenewal({
      clock: environment.clock,
      fetch: () => this.#fetchToken(true),
      send: (token) => this.send({ type: 'token', channel: 0, token }),
    });
    this.#stopListening = environment.listen((event) => {
      if (event === 'online') this.tryNow();
      if (event === 'online' || event === 'offline' || event === 'wake') this.#liveness.check();
      // Another network may let a WebSocket through.
      if (event === 'online') this.#probe.hurry();
      if (event === 'leaving' && this.#attempt !== null) fallback?.leave(this.#attempt.socket);
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get user(): User | null {
    return this.#user;
  }

  set unsaved(unsaved: boolean) {
    this.#liveness.unsaved = unsaved;
  }

  listen(listener: ConnectionListener): () => void {
    return this.#listeners.add(listener);
  }

  start(): void {
    this.#dispatch({ kind: 'start' });
  }

  tryNow(): void {
    this.#dispatch({ kind: 'try-now' });
  }

  close(): void {
    this.#stopListening();
    this.#try = {};
    this.#abandon(TRANSPORT_CLOSE_CODES.normal);
    this.#dispatch({ kind: 'close' });
    this.#listeners.clear();
  }

  /** Drops messages while disconnected: documents send again after a reconnect. */
  send(message: ClientMessage): void {
    if (this.#state.kind !== 'connected') return;
    this.#listeners.notify((listener) => listener.traffic?.('sent', message));
    this.#outgoing.push(message);
  }

  /** @returns the nonce of the `pong`, which arrives after everything that was sent before it */
  ping(): number {
    this.send({ type: 'ping', channel: 0, nonce: ++this.#nonce });
    return this.#nonce;
  }

  /** Replaces a connection that delivers and on which something is not answered. */
  reconnect(): void {
    if (this.#state.kind === 'connected') this.#lost('lost');
  }

  #dispatch(event: ConnectionEvent): void {
    const { clock } = this.#options.environment;
    const before = this.#state;
    this.#state = transition(before, event);
    if (this.#state === before) return;
    clock.clearTimeout(this.#retryTimer);
    if (this.#state.kind === 'connecting' && event.kind !== 'switch') void this.#connect();
    if (this.#state.kind === 'waiting') {
      const delay = this.#state.retryAt - clock.now();
      this.#retryTimer = clock.setTimeout(() => this.#dispatch({ kind: 'retry-due' }), delay);
    }
    this.#listeners.notify((listener) => listener.state?.(this.#state));
  }

  async #connect(): Promise<void> {
    const current = (this.#try = {});
    const answer = await this.#fetchToken(this.#freshToken);
    if (this.#try !== current) return;
    switch (answer.kind) {
      case 'unreachable':
      case 'sign-in':
        return this.#lost(answer.kind);
      case 'refused': {
        const { action } = ERRORS[answer.error.code];
        if (action !== 'retry') return this.#stop(answer.error, action);
        this.#serverRetryAfterMs = answer.error.retryAfterMs ?? null;
        return this.#lost('unreachable', answer.error);
      }
      case 'token':
        return await this.#open(current, answer.token);
    }
  }

  async #fetchToken(fresh: boolean): Promise<TokenAnswer> {
    return await this.#options.token({ fresh }).catch((): TokenAnswer => ({ kind: 'unreachable' }));
  }

  async #open(current: object, token: string): Promise<void> {
    const { fallback, environment } = this.#options;
    const kind = this.#choice.next(environment.clock.now());
    if (kind === 'websocket' || fallback == null) {
      const socket = createSocket(this.#options.socket);
      if (socket === null) return await this.#handleBlocked('websocket', token);
      this.#attempt = this.#begin('websocket', socket, token);
      return;
    }
    // Its code may have to be loaded.
    const opened = await fallback.open(kind).catch(() => null);
    if (this.#try !== current) opened?.socket.close();
    else if (opened === null) this.#lost('unreachable');
    else this.#attempt = this.#begin(opened.kind, opened.socket, token);
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
        requests: () =>
          attempt === this.#attempt ? this.#listeners.collect((l) => l.requests?.() ?? []) : [],
        welcomed: (user, rest) => this.#handleWelcome(attempt, { user, rest }),
        onActivity: () => attempt === this.#attempt && this.#liveness.recordActivity(),
        message: (message) => attempt === this.#attempt && this.#handle(message),
        unreadable: () => this.#handleUnreadableFrame(attempt),
        closed: (code) => void this.#handleClose(attempt, code, token),
      },
    });
    attempt.start();
    return attempt;
  }

  #handle(message: ServerMessage): void {
    this.#listeners.notify((listener) => listener.traffic?.('received', message));
    switch (message.type) {
      case 'ping':
        return this.send({ type: 'pong', channel: 0, nonce: message.nonce });
      case 'authenticated':
        return;
      case 'authenticate':
        return void this.#renewal.start();
      case 'goaway':
        this.#serverRetryAfterMs = message.retryAfterMs;
        return;
      case 'error':
        this.#serverRetryAfterMs = message.error.retryAfterMs ?? null;
        if (message.channel === 0) this.#reason = message.error;
        break;
      default:
        break;
    }
    this.#listeners.notify((listener) => listener.message?.(message));
  }

  #handleWelcome(
    attempt: Attempt,
    { user, rest }: { readonly user: User; readonly rest: readonly ChannelRequest[] },
  ): void {
    const now = this.#options.environment.clock.now();
    if (this.#probe.isOf(attempt)) this.#switchTo(attempt);
    if (attempt !== this.#attempt) return;
    this.#user = user;
    this.#freshToken = false;
    this.#liveness.recordActivity();
    this.#liveness.start();
    this.#choice.connected(attempt.kind, now);
    // Queued ahead of the requests that listeners send next.
    for (const request of rest) this.#outgoing.push(request);
    this.#dispatch({ kind: 'welcomed', now, transport: attempt.kind });
    if (attempt.kind === 'websocket') this.#probe.reset();
    else this.#probe.schedule();
  }

  /** Switches to a WebSocket that has connected. Listeners resend what was in flight over HTTP. */
  #switchTo(probe: Attempt): void {
    const old = this.#attempt;
    this.#probe.release();
    this.#renewal.cancel();
    this.#attempt = probe;
    this.#outgoing.clear();
    this.#dispatch({ kind: 'switch' });
    // Not `normal`, which would announce that the person has left.
    old?.abandon(TRANSPORT_CLOSE_CODES.goingAway);
  }

  async #beginProbe(): Promise<void> {
    const current = this.#attempt;
    const answer = await this.#fetchToken(false);
    if (current === null || this.#attempt !== current || this.#probe.isRunning) return;
    const socket = answer.kind === 'token' ? createSocket(this.#options.socket) : null;
    if (answer.kind !== 'token' || socket === null) return this.#probe.schedule();
    this.#probe.start(this.#begin('websocket', socket, answer.token));
  }

  /**
   * Reconnects after the first frame, which may have been damaged on its way. A second one without a
   * healthy connection in between means that this page is too old for the server.
   */
  #handleUnreadableFrame(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    const isRepeated = this.#hasMetUnreadableFrame && !this.#isHealthy();
    this.#hasMetUnreadableFrame = true;
    const error = errorOf('version-unsupported');
    if (!isRepeated) return this.#lost('lost', error);
    this.#abandon(TRANSPORT_CLOSE_CODES.normal);
    this.#stop(error, 'reload');
  }

  async #handleClose(attempt: Attempt, code: number, token: string): Promise<void> {
    if (this.#probe.isOf(attempt)) this.#probe.retry();
    if (attempt !== this.#attempt) return;
    const action = closeAction(code);
    this.#serverRetryAfterMs = attempt.socket.retryAfterMs ?? this.#serverRetryAfterMs;
    if (action === 'authenticate' && !this.#freshToken) {
      this.#freshToken = true;
      this.#serverRetryAfterMs = 0;
      this.#lost('lost');
    } else if (action !== 'retry') {
      const entry = CLOSE_CODES[code as CloseCode] as (typeof CLOSE_CODES)[CloseCode] | undefined;
      this.#stop(this.#reason ?? errorOf(entry?.error ?? 'forbidden'), action);
    } else if (attempt.isWelcomed || code !== TRANSPORT_CLOSE_CODES.abnormal) {
      this.#lost('lost', code in CLOSE_CODES ? this.#reason : null);
    } else {
      await this.#handleBlocked(attempt.kind, token);
    }
  }

  async #handleBlocked(kind: TransportKind, token: string): Promise<void> {
    const { environment, fallback, reachable } = this.#options;
    const current = this.#try;
    const dictated = this.#serverRetryAfterMs;
    this.#abandon();
    const found = environment.online()
      ? await reachable().catch(() => 'unreachable' as const)
      : 'unreachable';
    if (this.#try !== current) return;
    this.#serverRetryAfterMs = dictated;
    if (found !== 'reachable') return this.#lost(found);
    // The server has set the time of the next attempt.
    if (dictated !== null) return this.#lost('lost');
    if (fallback == null) return this.#failAllTransports();
    const next = this.#choice.failed(kind, 'blocked', environment.clock.now());
    if (next === 'try-next') return await this.#open(current, token);
    if (kind === 'poll') this.#failAllTransports();
    else this.#lost('lost');
  }

  /**
   * A proxy may pass health checks and demand a sign-in for the rest, so the next attempt fetches a
   * token.
   */
  #failAllTransports(): void {
    this.#freshToken = true;
    this.#lost('socket-blocked');
  }

  #stop(error: ErrorBody, action: ErrorAction): void {
    this.#abandon();
    this.#dispatch({ kind: 'refused', error, action });
  }

  #lost(cause: FailureCause, error: ErrorBody | null = null): void {
    const { clock, random, online } = this.#options.environment;
    const state = this.#state;
    const now = clock.now();
    const healthy = this.#isHealthy();
    if (healthy) this.#choice.healthy();
    else if (state.kind === 'connected') this.#choice.failed(state.transport, 'short-lived', now);
    const attempt = 'attempt' in state && !healthy ? state.attempt : 0;
    const retryAt = now + (this.#serverRetryAfterMs ?? reconnectDelayMs(attempt, random));
    this.#abandon();
    const seen = online() ? cause : 'no-network';
    this.#dispatch({ kind: 'failed', cause: seen, error, retryAt, healthy });
  }

  #isHealthy(): boolean {
    const state = this.#state;
    const now = this.#options.environment.clock.now();
    return state.kind === 'connected' && now - state.since >= RECONNECT_HEALTHY_AFTER_MS;
  }

  #abandon(code?: number): void {
    this.#liveness.stop();
    this.#outgoing.clear();
    this.#serverRetryAfterMs = null;
    this.#reason = null;
    this.#renewal.cancel();
    this.#probe.cancel();
    this.#attempt?.abandon(code);
    this.#attempt = null;
  }
}
