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
import type { Configuration } from '../configuration.ts';
import type { ErrorBoundary, ErrorSource } from '../error-boundary.ts';
import { CONGESTED_BYTES, HOT_AFTER_WRITES, HOT_GAP_MS, PRESSED_BYTES } from '../limits.ts';
import type { Log } from '../log.ts';
import type { CodecWord } from '../metrics/census.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { Allowance } from './allowance.ts';
import { Backlog, type Lagging } from './backlog.ts';
import type { Dialogue } from './dialogue.ts';
import type { Leave } from './document-room.ts';
import type { FlushTurn } from './flush-turn.ts';
import { Heartbeat } from './heartbeat.ts';
import { OpeningLine } from './opening-line.ts';
import { Proof } from './proof.ts';
import type { PreAuthBytes, Stranger } from './strangers.ts';
import type { Deadline, Expiring, TimerWheel } from './timer-wheel.ts';
import { groupsOf, type Data, type FrameMaker } from './transports/frame.ts';
import type { Transport, TransportOwner } from './transports/transport.ts';

export interface ConnectionShared {
  readonly wheel: TimerWheel;
  readonly turn: FlushTurn;
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
export class Connection implements TransportOwner, Stranger, Expiring {
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
  #dialogue: Dialogue | null = null;
  #state: 'open' | 'ended' = 'open';
  #paused = false;
  /** Null while they are full. */
  #allowance: Allowance | null = null;
  #preAuthBytes = 0;
  /** Null while nothing is opened. */
  #openings: OpeningLine | null = null;
  /** Null where nothing has to prove who this is. */
  #proof: Proof | null = null;
  #onGone: (() => void) | null = null;

  #out: Data[] | null = null;
  #outBytes = 0;
  #flushedAtMs = 0;
  /** How many writes in a row came close behind the one before. */
  #writesInARow = 0;
  /** Null while nothing waits. */
  #backlog: Backlog | null = null;

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
  get congested(): boolean {
    return this.lagging || this.queuedBytes > CONGESTED_BYTES;
  }

  /** Better nothing now that the next value makes up for; tell `hold` who has a newer one later. */
  get pressed(): boolean {
    return this.#backlog?.isPressed ?? false;
  }

  /** Nothing new at all: tell `hold` who has more when there is room. */
  get lagging(): boolean {
    return this.#backlog?.isLagging ?? false;
  }

  get openings(): OpeningLine {
    return (this.#openings ??= new OpeningLine(this));
  }

  openingsOver(): void {
    this.#openings = null;
  }

  /** @param helloTimeoutMs how long the other side has to say who it is. */
  start(dialogue: Dialogue, helloTimeoutMs: number): void {
    this.#dialogue = dialogue;
    this.#shared.metrics.connections.came(this);
    this.#shared.wheel.arm(this.#heartbeat, helloTimeoutMs);
  }

  /** It is known who this is. */
  introduced(user: User): void {
    this.user = user;
    this.#settlePreAuth();
    this.#heartbeat.rest(this.#shared.wheel);
  }

  /** What proves who this is holds until then, in milliseconds since the epoch; a newer proof is asked for in time. */
  provenUntil(expiresAt: number): void {
    if (this.ended) return;
    if (this.#proof !== null) this.#dialogue?.authenticated(expiresAt);
    this.#proof ??= new Proof(this);
    this.#proof.hold(expiresAt, this.#shared.wheel);
  }

  /** `channel` did not send everything, because of `pressed` or `lagging`. It is asked to catch up when there is room. */
  hold(channel: Lagging): void {
    this.#backlog?.hold(channel);
  }

  /** Sends at the end of this turn. @param solicited part of what it asked for, or lacks because it was held back. */
  queue(data: Data, solicited = false): void {
    if (this.ended) return;
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    if (solicited) this.#ensureBacklog().solicited(bytes);
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
  admit(messages: number): boolean {
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
  pushOut(): void {
    this.close('overloaded');
  }

  close(name: CloseName, error: ErrorBody = errorOf(CLOSE_CODES[closeCode(name)].error)): void {
    if (this.ended) return;
    this.#shared.log.info(
      { connection: this.id, user: this.user?.id, close: name, reason: error.message },
      'connection refused',
    );
    this.#shared.metrics.refusals.add(error.code);
    this.#contain('connection', () => this.#dialogue?.explain(error));
    this.#closeWith(closeCode(name), name);
  }

  goaway(retryAfterMs: number): void {
    this.#dialogue?.goaway(retryAfterMs);
  }

  /** Resolves when the transport is gone, which takes `CLOSE_TIMEOUT_MS` at most. */
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
      this.#dialogue?.receive(data, isBinary);
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
      else if (deadline === this.#proof) this.#proofDue(this.#proof);
    });
    // The deadline may not be armed again: nobody would notice when this connection is gone.
    if (!isDone) this.close('internal');
  }

  get isHot(): boolean {
    return this.#writesInARow >= HOT_AFTER_WRITES;
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
    const isBusy = this.isHot ? parts.length > 1 : nowMs - this.#flushedAtMs < HOT_GAP_MS;
    this.#writesInARow = isBusy ? Math.min(this.#writesInARow + 1, HOT_AFTER_WRITES) : 0;
    this.#flushedAtMs = nowMs;
    if (this.#backlog?.isHopeless === true) {
      this.close('slow-consumer');
      return;
    }
    this.#write(parts);
    if (this.#backlog !== null || this.#transport.bufferedAmount > PRESSED_BYTES)
      this.#ensureBacklog().look();
  }

  #ensureBacklog(): Backlog {
    return (this.#backlog ??= new Backlog(this.#shared.wheel, {
      queuedBytes: () => this.queuedBytes,
      lagged: () => this.#shared.metrics.lagging.add(),
      slow: () => this.close('slow-consumer'),
      roomy: () => this.#openings?.advance(),
      empty: () => (this.#backlog = null),
    }));
  }

  #write(parts: readonly Data[]): void {
    const { frames: maker, metrics } = this.#shared;
    const join = this.#dialogue?.join ?? null;
    const frames = groupsOf(parts, join !== null).map((group) => {
      const frame = maker.make(group, join);
      metrics.frameSent(frame.data.length);
      this.#backlog?.wrote(frame.data.length);
      return frame;
    });
    this.#transport.write(frames);
  }

  #within(name: 'messages' | 'bytes', amount: number, sentence: string): boolean {
    const nowMs = performance.now();
    this.#allowance ??= new Allowance(this.#shared.limits, nowMs);
    if (this.#allowance.take(name, amount, nowMs)) return true;
    this.#shared.metrics.rateLimited.add(name);
    this.close('too-many', errorOf('too-many', { detail: sentence, retryAfterMs: 1_000 }));
    return false;
  }

  /** Not only before a ping: the answer to it makes one. */
  #forgetFullAllowance(): void {
    if (this.#allowance?.isFull(performance.now()) === true) this.#allowance = null;
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
    if (parts !== null && this.#backlog?.isHopeless !== true)
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
    this.#shared.metrics.connections.went(this);
    this.#shared.wheel.disarm(this.#heartbeat);
    this.#settlePreAuth();
    this.#backlog?.[Symbol.dispose]();
    if (this.#proof !== null) this.#shared.wheel.disarm(this.#proof);
    this.#openings?.clear();
    this.#contain('connection', () => this.#dialogue?.end(how));
    this.#contain('connection', () => this.#shared.onEnd(this));
  }

  /** @returns whether `work` succeeded. */
  #contain(source: ErrorSource, work: () => void): boolean {
    return this.#shared.errors.run(source, { connection: this.id, user: this.user?.id }, work);
  }

  #beat(): void {
    this.#forgetFullAllowance();
    const isMoving = this.#backlog?.isMoving === true;
    switch (this.#heartbeat.beat({ isPaused: this.#paused, isMoving })) {
      case 'ask':
        this.#heartbeat.ask(this.#shared.wheel);
        this.#dialogue?.ping();
        break;
      case 'rest':
        this.#heartbeat.rest(this.#shared.wheel);
        break;
      case 'close-gone':
        this.close('heartbeat-missed');
        break;
      case 'close-unknown':
        this.close(
          'hello-timeout',
          errorOf('overloaded', { detail: 'This connection did not say in time who it is.' }),
        );
    }
  }

  #proofDue(proof: Proof): void {
    if (proof.due(this.#shared.wheel) === 'ask') this.#dialogue?.authenticate(proof.expiresAt);
    else this.close('unauthenticated');
  }
}
