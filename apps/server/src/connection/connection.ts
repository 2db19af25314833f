/** Connection lifecycle, independent of transport and protocol: ingress limits, send queue, heartbeat, close. */
import {
  closeCode,
  errorOf,
  CLOSE_CODES,
  TRANSPORT_CLOSE_CODES,
  type CloseName,
  type ErrorBody,
  type ServerMessage,
  type ServerMessageType,
  type User,
} from '@tandem/protocol';
import type { CodecWord } from '../metrics/connection-stats.ts';
import type { Leave } from '../presence/subscriber.ts';
import { IngressRateLimiter, type IngressLimits } from '../rate-limits/ingress-rate-limiter.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ErrorBoundary, ErrorSource } from '../runtime/error-boundary.ts';
import type { Evictable } from '../runtime/evicting-set.ts';
import type { Log } from '../runtime/log.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import type { Data, Join } from '../transports/frame.ts';
import type { Transport, TransportOwner } from '../transports/transport.ts';
import { AuthExpiry, type AuthExpiryOwner } from './auth-expiry.ts';
import type { ConnectionFields, ConnectionTelemetry } from './connection-telemetry.ts';
import { Heartbeat, type HeartbeatOwner } from './heartbeat.ts';
import { OpenQueue, type OpenQueueOwner } from './open-queue.ts';
import type { CreateOutput, Output, OutputOwner } from './output.ts';
import type { ProtocolHandler } from './protocol-handler.ts';
import type { LaggingChannel } from './send-queue.ts';

export interface ConnectionShared {
  readonly owner: ConnectionOwner;
  readonly createOutput: CreateOutput;
  readonly limits: IngressLimits;
  readonly telemetry: ConnectionTelemetry;
  readonly errors: ErrorBoundary;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface ConnectionOwner {
  onStarted(connection: Connection): void;
  onAuthenticated(connection: Connection): void;
  /** Before authentication. @returns false when all such connections together hold too many bytes. */
  tryTakeBytes(connection: Connection, bytes: number): boolean;
  onEnded(connection: Connection): void;
}

export interface ConnectionOptions {
  readonly id: string;
  /** Null: this machine, or a proxy on it. */
  readonly address: string | null;
  readonly transport: Transport;
  readonly codec: CodecWord;
  readonly shared: ConnectionShared;
}

/** Codes of a client that leaves on purpose: a page sends 1000, stock clients send no code. */
const CLEAN_CLOSES: readonly number[] = [TRANSPORT_CLOSE_CODES.normal, 1005];

/** Messages that the next one of their type replaces: a connection survives the loss of one. */
const REPLACEABLE: ReadonlySet<ServerMessageType> = new Set<ServerMessageType>([
  'awareness',
  'presence:changed',
  'presence:listed',
  'typing:changed',
  'activity:changed',
  'dashboard:changed',
  'ping',
]);

const RATE_EXCEEDED = {
  messages: 'Too many messages at once. Your text is kept on this device and is sent more slowly.',
  bytes: 'Too much text at once. It is kept on this device and is sent more slowly.',
} as const;

type PartsOwner = HeartbeatOwner & AuthExpiryOwner & OpenQueueOwner & OutputOwner;

/** A server has very many of these: parts that only busy connections need are created on demand. */
export class Connection implements TransportOwner, Evictable, PartsOwner {
  readonly id: string;
  readonly address: string | null;
  readonly codec: CodecWord;
  user: User | null = null;
  session: string | null = null;
  readonly #transport: Transport;
  readonly #shared: ConnectionShared;
  readonly #output: Output;
  readonly #heartbeat: Heartbeat;
  #protocol: ProtocolHandler | null = null;
  #state: 'open' | 'ended' = 'open';
  #isPaused = false;
  /** Null while its buckets are full. */
  #ingress: IngressRateLimiter | null = null;
  #openQueue: OpenQueue | null = null;
  #authExpiry: AuthExpiry | null = null;
  #onGone: (() => void) | null = null;

  constructor({ id, address, transport, codec, shared }: ConnectionOptions) {
    this.id = id;
    this.address = address;
    this.codec = codec;
    this.#transport = transport;
    this.#shared = shared;
    this.#output = shared.createOutput(transport, this);
    this.#heartbeat = new Heartbeat(shared, this);
  }

  get log(): Log {
    return this.#shared.telemetry.log;
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  get transport(): Transport['kind'] {
    return this.#transport.kind;
  }

  get key(): string | null {
    return this.address;
  }

  get queuedBytes(): number {
    return this.#output.queuedBytes;
  }

  get isCongested(): boolean {
    return this.#output.isCongested;
  }

  /** Channels skip messages that a newer value replaces, and call `catchUpLater`. */
  get isConflating(): boolean {
    return this.#output.isConflating;
  }

  /** Channels send nothing new, and call `catchUpLater`. */
  get isLagging(): boolean {
    return this.#output.isLagging;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get isDraining(): boolean {
    return this.#output.isDraining;
  }

  get isLoaded(): boolean {
    return this.#output.isLoaded;
  }

  get join(): Join {
    return this.#protocol?.join ?? null;
  }

  get openQueue(): OpenQueue {
    return (this.#openQueue ??= new OpenQueue(this));
  }

  start(protocol: ProtocolHandler, handshakeTimeoutMs: number): void {
    this.#protocol = protocol;
    this.#shared.telemetry.started(this);
    this.#heartbeat.start(handshakeTimeoutMs);
    this.#shared.owner.onStarted(this);
  }

  onAuthenticated(user: User): void {
    this.user = user;
    this.#shared.owner.onAuthenticated(this);
    this.#heartbeat.onAuthenticated();
  }

  /** @param expiresAt of the token, in milliseconds since the epoch; the client is asked for a newer one in time. */
  authenticatedUntil(expiresAt: number): void {
    if (this.ended) return;
    if (this.#authExpiry !== null) this.#protocol?.onReauthenticated(expiresAt);
    const { wheel, clock } = this.#shared;
    this.#authExpiry ??= new AuthExpiry({ wheel, clock, owner: this });
    this.#authExpiry.set(expiresAt);
  }

  catchUpLater(channel: LaggingChannel): void {
    this.#output.catchUpLater(channel);
  }

  /**
   * Sends at the end of this turn. @param requested true for data that the client requested, or lacks
   * because it lagged.
   */
  queue(data: Data, requested = false): void {
    this.#output.push(data, requested);
  }

  /** Closes the connection when that many messages exceed its rate. */
  takeMessages(messages: number): boolean {
    return this.#tryTake('messages', messages);
  }

  pause(): void {
    this.#isPaused = true;
    this.#transport.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.ended) this.#transport.resume();
  }

  /** For protocols without a ping of their own. */
  pingTransport(): void {
    if (!this.ended) this.#transport.ping();
  }

  onPong(): void {
    this.#heartbeat.onReceived();
  }

  evict(): void {
    this.close('overloaded');
  }

  close(name: CloseName, error: ErrorBody = errorOf(CLOSE_CODES[closeCode(name)].error)): void {
    if (this.ended) return;
    this.#shared.telemetry.closing(this.#fields, name, error);
    this.#contain('connection', () => this.#protocol?.sendError(error));
    this.#closeWith(closeCode(name), name);
  }

  commandStorageChanged(error: ErrorBody | null): void {
    if (this.user !== null) this.#protocol?.commandStorageChanged?.(error);
  }

  closeOnError(step: Promise<void>): void {
    step.catch((error: unknown) => this.#onHandlerError(error));
  }

  sendGoaway(retryAfterMs: number): void {
    this.#protocol?.sendGoaway(retryAfterMs);
  }

  /** Resolves when the transport is gone, after `TRANSPORT.closeTimeoutMs` at the latest. */
  async restart(): Promise<void> {
    if (this.ended) return;
    this.#shared.telemetry.restarting(this.#fields);
    await new Promise<void>((resolve) => {
      this.#onGone = resolve;
      this.#closeWith(TRANSPORT_CLOSE_CODES.restart, 'restart');
    });
  }

  terminate(): void {
    this.#transport.terminate();
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.ended) return;
    this.#heartbeat.onReceived();
    this.#shared.telemetry.received(data.byteLength);
    if (!this.#tryTake('bytes', data.byteLength)) return;
    if (this.user === null && !this.#shared.owner.tryTakeBytes(this, data.byteLength)) {
      this.close('overloaded');
      return;
    }
    try {
      this.#protocol?.receive(data, isBinary);
    } catch (error) {
      this.#onHandlerError(error);
    }
  }

  onProtocolError(name: CloseName, sentence: string): void {
    this.close(name, errorOf(CLOSE_CODES[closeCode(name)].error, { detail: sentence }));
  }

  onClosed(code: number): void {
    if (!this.ended) this.#shared.telemetry.closedByClient(this.#fields, code);
    this.#end(CLEAN_CLOSES.includes(code) ? 'clean' : 'abrupt');
    this.#onGone?.();
  }

  onError(error: Error): void {
    this.#shared.telemetry.transportFailed(this.#fields, error);
  }

  /**
   * A message could not be encoded or queued. A replaceable one is left out; after any other the connection
   * closes with a code after which the client comes back.
   */
  onSendError(message: ServerMessage, error: unknown): void {
    this.reportSendError(message, error);
    // Not at once: a room may be iterating over its receivers.
    if (!REPLACEABLE.has(message.type)) setImmediate(() => this.close('internal'));
  }

  reportSendError({ type, channel }: ServerMessage, error: unknown): void {
    this.#shared.errors.report('send', { ...this.#fields, message: type, channel }, error);
  }

  onHeartbeat(): void {
    if (this.#ingress?.isFull(this.#shared.clock.monotonicMs()) === true) this.#ingress = null;
  }

  onPing(): void {
    this.#runOrClose('timer', () => this.#protocol?.ping());
  }

  onTimeout(reason: 'handshake-timeout' | 'heartbeat-timeout'): void {
    if (reason === 'heartbeat-timeout') this.close(reason);
    else this.onProtocolError(reason, 'This connection did not say in time who it is.');
  }

  onRenew(expiresAt: number): void {
    this.#runOrClose('timer', () => this.#protocol?.requestReauthentication(expiresAt));
  }

  onExpired(): void {
    this.close('unauthenticated');
  }

  onOpenQueueEmpty(): void {
    this.#openQueue = null;
  }

  onTooSlow(): void {
    this.close('slow-consumer');
  }

  onWritable(): void {
    this.#openQueue?.advance();
  }

  onFlushError(error: unknown): void {
    this.#onHandlerError(error);
  }

  #tryTake(name: 'messages' | 'bytes', amount: number): boolean {
    const nowMs = this.#shared.clock.monotonicMs();
    this.#ingress ??= new IngressRateLimiter(this.#shared.limits, nowMs);
    if (this.#ingress.take(name, amount, nowMs)) return true;
    this.#shared.telemetry.rateLimited(name);
    this.close(
      'too-many',
      errorOf('too-many', { detail: RATE_EXCEEDED[name], retryAfterMs: 1_000 }),
    );
    return false;
  }

  #onHandlerError(error: unknown): void {
    this.#shared.errors.report('connection', this.#fields, error);
    this.close('internal');
  }

  #closeWith(code: number, reason: string): void {
    this.#contain('connection', () => this.#output.end());
    this.#shared.telemetry.closedByServer(code);
    this.#end('abrupt');
    // A paused transport would never read the answer to its close frame.
    if (this.#isPaused) this.#transport.resume();
    this.#isPaused = false;
    this.#transport.close(code, reason);
  }

  #end(how: Leave): void {
    if (this.ended) return;
    this.#state = 'ended';
    this.#shared.telemetry.ended(this);
    this.#heartbeat[Symbol.dispose]();
    this.#authExpiry?.[Symbol.dispose]();
    this.#output[Symbol.dispose]();
    this.#openQueue?.clear();
    this.#contain('connection', () => this.#protocol?.end(how));
    this.#contain('connection', () => this.#shared.owner.onEnded(this));
  }

  get #fields(): ConnectionFields {
    return { connection: this.id, user: this.user?.id };
  }

  #contain(source: ErrorSource, work: () => void): boolean {
    return this.#shared.errors.run(source, this.#fields, work);
  }

  #runOrClose(source: ErrorSource, work: () => void): void {
    if (!this.#contain(source, work)) this.close('internal');
  }
}
