/**
 * Care of one connection, whatever is spoken on it and whatever carries it: how much may come in, how
 * much waits to go out, whether anybody is there, and an end that is explained. What is said is the
 * dialogue's matter.
 */
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
import type { Configuration } from '../configuration/configuration.ts';
import type { ErrorBoundary, ErrorSource } from '../runtime/error-boundary.ts';
import { FLUSH, SLOW_CONSUMER } from '../limits.ts';
import type { Log } from '../runtime/log.ts';
import type { CodecWord } from '../metrics/connection-stats.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { IngressRateLimiter } from '../rate-limits/ingress-rate-limiter.ts';
import { SendQueue, type LaggingChannel } from './send-queue.ts';
import type { ProtocolHandler } from './protocol-handler.ts';
import type { Leave } from '../presence/subscriber.ts';
import type { FlushScheduler } from '../runtime/flush-scheduler.ts';
import { Heartbeat } from './heartbeat.ts';
import { OpenQueue } from './open-queue.ts';
import { AuthExpiry } from './auth-expiry.ts';
import type { PreAuthBytes, PreAuthConnection } from '../rate-limits/pre-auth-connections.ts';
import type { Deadline, Expiring, TimerWheel } from '../runtime/timer-wheel.ts';
import { groupsOf, type Data, type FrameMaker } from '../transports/frame.ts';
import type { Transport, TransportOwner } from '../transports/transport.ts';

export interface ConnectionShared {
  readonly wheel: TimerWheel;
  readonly turn: FlushScheduler;
  readonly frames: FrameMaker;
  readonly preAuth: PreAuthBytes;
  readonly log: Log;
  readonly limits: Configuration['limits'];
  readonly metrics: Metrics;
  readonly errors: ErrorBoundary;
  readonly onEnd: (connection: Connection) => void;
}

export interface ConnectionOptions {
  readonly id: string;
  /** Null: this machine, or a proxy on it. */
  readonly address: string | null;
  readonly transport: Transport;
  readonly codec: CodecWord;
  readonly shared: ConnectionShared;
}

/** Leaves that are meant: a page that says 1000, and one that gives no code, as stock clients do. */
const CLEAN_CLOSES: readonly number[] = [TRANSPORT_CLOSE_CODES.normal, 1005];

/** Messages that the next one of their type makes up for: a connection goes on without one of them. */
const REPLACEABLE: ReadonlySet<ServerMessageType> = new Set<ServerMessageType>([
  'awareness',
  'presence:changed',
  'presence:listed',
  'typing:changed',
  'activity:changed',
  'dashboard:changed',
  'ping',
]);

/** There are as many of these as connections: what only busy ones need is made when it is needed. */
export class Connection implements TransportOwner, PreAuthConnection, Expiring {
  readonly id: string;
  readonly address: string | null;
  readonly codec: CodecWord;
  /** Null until it has said who it is. */
  user: User | null = null;
  /** Which sign-in it belongs to; null where it has none. */
  session: string | null = null;
  readonly #transport: Transport;
  readonly #shared: ConnectionShared;
  readonly #heartbeat = new Heartbeat(this);
  #protocol: ProtocolHandler | null = null;
  #state: 'open' | 'ended' = 'open';
  #paused = false;
  /** Null while they are full. */
  #ingress: IngressRateLimiter | null = null;
  #preAuthBytes = 0;
  /** Null while nothing is opened. */
  #openings: OpenQueue | null = null;
  /** Null where nothing has to prove who this is. */
  #authExpiry: AuthExpiry | null = null;
  #onGone: (() => void) | null = null;

  #out: Data[] | null = null;
  #outBytes = 0;
  #flushedAtMs = 0;
  /** How many writes in a row came close behind the one before. */
  #writesInARow = 0;
  /** Null while nothing waits. */
  #sendQueue: SendQueue | null = null;

  constructor({ id, address, transport, codec, shared }: ConnectionOptions) {
    this.id = id;
    this.address = address;
    this.codec = codec;
    this.#transport = transport;
    this.#shared = shared;
  }

  get log(): Log {
    return this.#shared.log;
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  get transport(): Transport['kind'] {
    return this.#transport.kind;
  }

  /** Waiting to go out, here and in the transport. */
  get queuedBytes(): number {
    return this.#transport.bufferedAmount + this.#outBytes;
  }

  /** Nothing more is opened for it. */
  get isCongested(): boolean {
    return this.isLagging || this.queuedBytes > SLOW_CONSUMER.openPauseBytes;
  }

  /** Better nothing now that the next value makes up for; tell `hold` who has a newer one later. */
  get isConflating(): boolean {
    return this.#sendQueue?.isOverConflateThreshold ?? false;
  }

  /** Nothing new at all: tell `hold` who has more when there is room. */
  get isLagging(): boolean {
    return this.#sendQueue?.isLagging ?? false;
  }

  get openings(): OpenQueue {
    return (this.#openings ??= new OpenQueue(this));
  }

  openingsOver(): void {
    this.#openings = null;
  }

  /** @param helloTimeoutMs how long the other side has to say who it is. */
  start(protocol: ProtocolHandler, helloTimeoutMs: number): void {
    this.#protocol = protocol;
    this.#shared.metrics.connections.increment(this);
    this.#shared.wheel.arm(this.#heartbeat, helloTimeoutMs);
  }

  /** It is known who this is. */
  onAuthenticated(user: User): void {
    this.user = user;
    this.#settlePreAuth();
    this.#heartbeat.rest(this.#shared.wheel);
  }

  /** What proves who this is holds until then, in milliseconds since the epoch; a newer proof is asked for in time. */
  authenticatedUntil(expiresAt: number): void {
    if (this.ended) return;
    if (this.#authExpiry !== null) this.#protocol?.authenticated(expiresAt);
    this.#authExpiry ??= new AuthExpiry(this);
    this.#authExpiry.hold(expiresAt, this.#shared.wheel);
  }

  /** `channel` did not send everything, because of `isConflating` or `isLagging`. It is asked to catch up when there is room. */
  hold(channel: LaggingChannel): void {
    this.#sendQueue?.hold(channel);
  }

  /** Sends at the end of this turn. @param solicited part of what it asked for, or lacks because it was held back. */
  queue(data: Data, requested = false): void {
    if (this.ended) return;
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    if (requested) this.#ensureBacklog().requested(bytes);
    this.#outBytes += bytes;
    if (this.#out === null) {
      this.#out = [data];
      this.#shared.turn.add(this);
    } else {
      this.#out.push(data);
    }
  }

  /**
   * A message could not be encoded or queued for this connection. One that the next of its type makes up for is
   * left out; for any other the connection closes with a code after which the client comes back.
   */
  sendFailed({ type, channel }: ServerMessage, error: unknown): void {
    this.#shared.errors.report(
      'send',
      { connection: this.id, user: this.user?.id, message: type, channel },
      error,
    );
    // Not at once: a room may be in the middle of its receivers.
    if (!REPLACEABLE.has(type)) setImmediate(() => this.close('internal'));
  }

  /** Whether that many messages may come now; if not, the connection is over. */
  takeMessages(messages: number): boolean {
    return this.#within(
      'messages',
      messages,
      'Too many messages at once. Your text is kept on this device and is sent more slowly.',
    );
  }

  /** Stops reading until `resume`: what it writes cannot be stored fast enough. */
  pause(): void {
    this.#paused = true;
    this.#transport.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.ended) this.#transport.resume();
  }

  /** A ping below the level of frames, for dialogues that have none. */
  pingSocket(): void {
    if (!this.ended) this.#transport.ping();
  }

  /** The dialogue or the transport had an answer to a ping. */
  answered(): void {
    this.#heartbeat.heard();
  }

  /** There are too many who have not said who they are, and this one is here the longest. */
  evict(): void {
    this.close('overloaded');
  }

  close(name: CloseName, error: ErrorBody = errorOf(CLOSE_CODES[closeCode(name)].error)): void {
    if (this.ended) return;
    this.#shared.log.info(
      { connection: this.id, user: this.user?.id, close: name, reason: error.message },
      'connection refused',
    );
    this.#shared.metrics.errorsSent.add(error.code);
    this.#contain('connection', () => this.#protocol?.explain(error));
    this.#closeWith(closeCode(name), name);
  }

  /** Storing commands began to fail, or works again (`null`). */
  commandStorageChanged(error: ErrorBody | null): void {
    if (this.user !== null) this.#protocol?.commandStorageChanged?.(error);
  }

  goaway(retryAfterMs: number): void {
    this.#protocol?.goaway(retryAfterMs);
  }

  /** Resolves when the transport is gone, which takes `TRANSPORT.closeTimeoutMs` at most. */
  async restart(): Promise<void> {
    if (this.ended) return;
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
    this.#heartbeat.heard();
    const sentence = 'Too much text at once. It is kept on this device and is sent more slowly.';
    this.#shared.metrics.bytes.add('in', data.byteLength);
    if (!this.#within('bytes', data.byteLength, sentence)) return;
    if (this.user === null && !this.#takePreAuth(data.byteLength)) return;
    try {
      this.#protocol?.receive(data, isBinary);
    } catch (error) {
      this.stepFailed(error);
    }
  }

  /** Work for this connection failed: it closes, and its client comes back. */
  stepFailed(error: unknown): void {
    this.#shared.errors.report('connection', { connection: this.id, user: this.user?.id }, error);
    this.close('internal');
  }

  faulty(name: CloseName, sentence: string): void {
    this.close(name, errorOf(CLOSE_CODES[closeCode(name)].error, { detail: sentence }));
  }

  closed(code: number): void {
    if (!this.ended) this.#shared.metrics.disconnected(code);
    this.#end(CLEAN_CLOSES.includes(code) ? 'clean' : 'abrupt');
    this.#onGone?.();
  }

  failed(error: Error): void {
    this.#shared.log.debug({ err: error, connection: this.id }, 'socket error');
  }

  expire(deadline: Deadline): void {
    const isDone = this.#contain('timer', () => {
      if (deadline === this.#heartbeat) this.#beat();
      else if (deadline === this.#authExpiry) this.#authExpired(this.#authExpiry);
    });
    // The deadline may not be armed again: nobody would notice when this connection is gone.
    if (!isDone) this.close('internal');
  }

  get isHot(): boolean {
    return this.#writesInARow >= FLUSH.loadedAfterWrites;
  }

  flush(nowMs: number): void {
    if (!this.#contain('connection', () => this.#flush(nowMs))) this.close('internal');
  }

  #flush(nowMs: number): void {
    const parts = this.#out;
    if (parts === null || this.ended) return;
    this.#out = null;
    this.#outBytes = 0;
    // Waiting is of use as long as more than one message comes of it.
    const isBusy = this.isHot ? parts.length > 1 : nowMs - this.#flushedAtMs < FLUSH.loadedGapMs;
    this.#writesInARow = isBusy ? Math.min(this.#writesInARow + 1, FLUSH.loadedAfterWrites) : 0;
    this.#flushedAtMs = nowMs;
    if (this.#sendQueue?.isOverLimit === true) {
      this.close('slow-consumer');
      return;
    }
    this.#write(parts);
    if (
      this.#sendQueue !== null ||
      this.#transport.bufferedAmount > SLOW_CONSUMER.conflateThresholdBytes
    )
      this.#ensureBacklog().look();
  }

  #ensureBacklog(): SendQueue {
    return (this.#sendQueue ??= new SendQueue(this.#shared.wheel, {
      queuedBytes: () => this.queuedBytes,
      lagged: () => this.#shared.metrics.slowConsumers.add(),
      slow: () => this.close('slow-consumer'),
      isWritable: () => this.#openings?.advance(),
      empty: () => (this.#sendQueue = null),
    }));
  }

  #write(parts: readonly Data[]): void {
    const { frames: maker, metrics } = this.#shared;
    const join = this.#protocol?.join ?? null;
    const frames = groupsOf(parts, join !== null).map((group) => {
      const frame = maker.make(group, join);
      metrics.frameSent(frame.data.length);
      this.#sendQueue?.wrote(frame.data.length);
      return frame;
    });
    this.#transport.write(frames);
  }

  #within(name: 'messages' | 'bytes', amount: number, sentence: string): boolean {
    const nowMs = performance.now();
    this.#ingress ??= new IngressRateLimiter(this.#shared.limits, nowMs);
    if (this.#ingress.take(name, amount, nowMs)) return true;
    this.#shared.metrics.rateLimited.add(name);
    this.close('too-many', errorOf('too-many', { detail: sentence, retryAfterMs: 1_000 }));
    return false;
  }

  /** Not only before a ping: the answer to it makes one. */
  #forgetFullIngress(): void {
    if (this.#ingress?.isFull(performance.now()) === true) this.#ingress = null;
  }

  /** All strangers together may hold only so much. */
  #takePreAuth(bytes: number): boolean {
    if (this.#shared.preAuth.take(bytes)) {
      this.#preAuthBytes += bytes;
      return true;
    }
    this.close('overloaded');
    return false;
  }

  #settlePreAuth(): void {
    this.#shared.preAuth.give(this.#preAuthBytes);
    this.#preAuthBytes = 0;
  }

  #closeWith(code: number, reason: string): void {
    const parts = this.#out;
    this.#out = null;
    if (parts !== null && this.#sendQueue?.isOverLimit !== true)
      this.#contain('connection', () => this.#write(parts));
    this.#shared.metrics.disconnected(code);
    this.#end('abrupt');
    this.#resumeForClose();
    this.#transport.close(code, reason);
  }

  /** A paused transport never reads the answer to its goodbye. */
  #resumeForClose(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#transport.resume();
  }

  #end(how: Leave): void {
    if (this.ended) return;
    this.#state = 'ended';
    this.#shared.metrics.connections.decrement(this);
    this.#shared.wheel.disarm(this.#heartbeat);
    this.#settlePreAuth();
    this.#sendQueue?.[Symbol.dispose]();
    if (this.#authExpiry !== null) this.#shared.wheel.disarm(this.#authExpiry);
    this.#openings?.clear();
    this.#contain('connection', () => this.#protocol?.end(how));
    this.#contain('connection', () => this.#shared.onEnd(this));
  }

  /** @returns whether `work` succeeded. */
  #contain(source: ErrorSource, work: () => void): boolean {
    return this.#shared.errors.run(source, { connection: this.id, user: this.user?.id }, work);
  }

  #beat(): void {
    this.#forgetFullIngress();
    const isMoving = this.#sendQueue?.isMoving === true;
    switch (this.#heartbeat.beat({ isPaused: this.#paused, isMoving })) {
      case 'ask':
        this.#heartbeat.ask(this.#shared.wheel);
        this.#protocol?.ping();
        break;
      case 'rest':
        this.#heartbeat.rest(this.#shared.wheel);
        break;
      case 'close-gone':
        this.close('heartbeat-timeout');
        break;
      case 'close-unknown':
        this.close(
          'handshake-timeout',
          errorOf('overloaded', { detail: 'This connection did not say in time who it is.' }),
        );
    }
  }

  #authExpired(authExpiry: AuthExpiry): void {
    if (authExpiry.due(this.#shared.wheel) === 'ask')
      this.#protocol?.authenticate(authExpiry.expiresAt);
    else this.close('unauthenticated');
  }
}
