/**
 * Care of one connection, whatever is spoken on it and whatever carries it: how much may come in, how
 * much waits to go out, whether anybody is there, and an end that is explained. What is said is the
 * dialogue's matter.
 */
import {
  closeCode,
  errorOf,
  CLOSE_CODES,
  MAX_MESSAGES_PER_FRAME,
  MAX_MISSED_PONGS,
  PING_INTERVAL_MS,
  PING_JITTER,
  PONG_TIMEOUT_MS,
  REAUTHENTICATE_BEFORE_MS,
  REAUTHENTICATE_GRACE_MS,
  TRANSPORT_CLOSE_CODES,
  type CloseName,
  type ErrorBody,
  type User,
} from '@tandem/protocol';
import type { Configuration } from '../configuration.ts';
import {
  BURST_BYTES,
  BURST_MESSAGES_SECONDS,
  CONGESTED_BYTES,
  HOT_AFTER_WRITES,
  HOT_GAP_MS,
  MAX_JOINED_BYTES,
  PRESSED_BYTES,
} from '../limits.ts';
import type { Log } from '../log.ts';
import type { CodecWord } from '../metrics/census.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { Backlog, type Lagging } from './backlog.ts';
import { Deadline, type Expiring, type TimerWheel } from './timer-wheel.ts';
import type { Leave } from './document-room.ts';
import type { FlushTurn } from './flush-turn.ts';
import { OpeningLine } from './opening-line.ts';
import type { PreAuthBytes, Stranger } from './strangers.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Data, Frame, FrameMaker, Join } from './transports/frame.ts';
import type { Transport, TransportOwner } from './transports/transport.ts';

export type { Data };

/** What is spoken on a connection. */
export interface Dialogue {
  receive(data: Buffer, isBinary: boolean): void;
  /** The first moment to speak was missed. */
  ping(): void;
  /** Says why, before a close. */
  explain(error: ErrorBody): void;
  /** Come back after `retryAfterMs`: the server restarts. */
  goaway(retryAfterMs: number): void;
  /** Asks for a new token, as this one ends at `expiresAt` (milliseconds since the epoch). */
  authenticate(expiresAt: number): void;
  /** The new one was accepted. */
  authenticated(expiresAt: number): void;
  /** One frame out of several messages; null where each message is a frame. */
  readonly join: Join;
  end(how: Leave): void;
}

export interface ConnectionShared {
  readonly wheel: TimerWheel;
  readonly turn: FlushTurn;
  readonly frames: FrameMaker;
  readonly preAuth: PreAuthBytes;
  readonly log: Log;
  readonly limits: Configuration['limits'];
  readonly metrics: Metrics;
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

/** What may come in. */
interface Allowance {
  readonly messages: TokenBucket;
  readonly bytes: TokenBucket;
}

/** Leaves that are meant: a page that says 1000, and one that gives no code, as stock clients do. */
const CLEAN_CLOSES: readonly number[] = [TRANSPORT_CLOSE_CODES.normal, 1005];

/** Of what proves who somebody is; a newer one is asked for before it ends, which is in milliseconds since the epoch. */
class Proof extends Deadline {
  expiresAt = 0;
  state: 'holds' | 'asked-for' = 'holds';
}

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
  readonly #heartbeat = new Deadline(this);
  #dialogue: Dialogue | null = null;
  #state: 'open' | 'ended' = 'open';
  #pulse: 'quiet' | 'awaiting-hello' | 'awaiting-pong' = 'awaiting-hello';
  #missedPongs = 0;
  #heard = false;
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
    this.#shared.wheel.arm(this.#heartbeat, helloTimeoutMs);
  }

  /** It is known who this is. */
  introduced(user: User): void {
    this.user = user;
    this.#settlePreAuth();
    this.#awaitSilence();
  }

  /** What proves who this is holds until then, in milliseconds since the epoch; a newer proof is asked for in time. */
  provenUntil(expiresAt: number): void {
    if (this.ended) return;
    if (this.#proof !== null) this.#dialogue?.authenticated(expiresAt);
    this.#proof ??= new Proof(this);
    this.#proof.expiresAt = expiresAt;
    this.#proof.state = 'holds';
    const askInMs = expiresAt - REAUTHENTICATE_BEFORE_MS - Date.now();
    this.#shared.wheel.arm(this.#proof, askInMs);
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
    this.#heard = true;
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
    this.#dialogue?.explain(error);
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
    this.#heard = true;
    const sentence = 'Too much text at once. It is kept on this device and is sent more slowly.';
    this.#shared.metrics.bytes.add('in', data.byteLength);
    if (!this.#within('bytes', data.byteLength, sentence)) return;
    if (this.user === null && !this.#takePreAuth(data.byteLength)) return;
    try {
      this.#dialogue?.receive(data, isBinary);
    } catch (error) {
      this.#shared.log.error({ err: error, connection: this.id }, 'a message could not be handled');
      this.close('internal');
    }
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
    if (deadline === this.#heartbeat) this.#beat();
    else this.#proofDue();
  }

  get isHot(): boolean {
    return this.#writesInARow >= HOT_AFTER_WRITES;
  }

  flush(nowMs: number): void {
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

  /** The messages of a turn in as few frames as is sensible. */
  #write(parts: readonly Data[]): void {
    const { frames: maker, metrics } = this.#shared;
    const join = this.#dialogue?.join ?? null;
    const frames: Frame[] = [];
    const add = (group: readonly Data[]): void => {
      const frame = maker.make(group, join);
      frames.push(frame);
      metrics.frameSent(frame.data.length);
      this.#backlog?.wrote(frame.data.length);
    };
    let first = 0;
    let bytes = 0;
    for (let at = 0; at < parts.length; at++) {
      const size = (parts[at] as Data).length;
      const isFull = bytes + size > MAX_JOINED_BYTES || at - first === MAX_MESSAGES_PER_FRAME;
      if (at > first && (join === null || isFull)) {
        add(parts.slice(first, at));
        first = at;
        bytes = 0;
      }
      bytes += size;
    }
    add(first === 0 ? parts : parts.slice(first));
    this.#transport.write(frames);
  }

  #within(name: 'messages' | 'bytes', amount: number, sentence: string): boolean {
    const nowMs = performance.now();
    const allowance = (this.#allowance ??= this.#fullAllowance(nowMs));
    if (allowance[name].take(amount, nowMs)) return true;
    this.#shared.metrics.rateLimited.add(name);
    this.close('too-many', errorOf('too-many', { detail: sentence, retryAfterMs: 1_000 }));
    return false;
  }

  #fullAllowance(nowMs: number): Allowance {
    const { messagesPerSecond, bytesPerSecond } = this.#shared.limits;
    const burst = messagesPerSecond * BURST_MESSAGES_SECONDS;
    return {
      messages: new TokenBucket({ perSecond: messagesPerSecond, burst, nowMs }),
      bytes: new TokenBucket({ perSecond: bytesPerSecond, burst: BURST_BYTES, nowMs }),
    };
  }

  /** Not only before a ping: the answer to it makes one. */
  #forgetFullAllowance(): void {
    const nowMs = performance.now();
    const allowance = this.#allowance;
    if (allowance !== null && allowance.messages.isFull(nowMs) && allowance.bytes.isFull(nowMs))
      this.#allowance = null;
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
    if (parts !== null && this.#backlog?.isHopeless !== true) this.#write(parts);
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
    this.#shared.wheel.disarm(this.#heartbeat);
    this.#settlePreAuth();
    this.#backlog?.[Symbol.dispose]();
    if (this.#proof !== null) this.#shared.wheel.disarm(this.#proof);
    this.#openings?.clear();
    this.#dialogue?.end(how);
    this.#shared.onEnd(this);
  }

  #beat(): void {
    this.#forgetFullAllowance();
    if (this.#pulse === 'awaiting-hello') {
      this.close(
        'hello-timeout',
        errorOf('overloaded', { detail: 'This connection did not say in time who it is.' }),
      );
    } else if (this.#pulse === 'quiet' || this.#paused) {
      this.#awaitPong();
    } else if (this.#heard || this.#backlog?.isMoving === true) {
      // Who takes what is sent is there, even if our ping is far behind it.
      this.#awaitSilence();
    } else if (++this.#missedPongs < MAX_MISSED_PONGS) {
      this.#awaitPong();
    } else {
      this.close('heartbeat-missed');
    }
  }

  #proofDue(): void {
    const proof = this.#proof;
    if (proof === null) return;
    if (proof.state === 'asked-for') {
      this.close('unauthenticated');
      return;
    }
    proof.state = 'asked-for';
    this.#dialogue?.authenticate(proof.expiresAt);
    const overInMs = proof.expiresAt + REAUTHENTICATE_GRACE_MS - Date.now();
    this.#shared.wheel.arm(proof, overInMs);
  }

  #awaitSilence(): void {
    this.#pulse = 'quiet';
    this.#missedPongs = 0;
    // Spread, so that a storm of reconnects does not become a storm of pings.
    const jitter = 1 + PING_JITTER * (2 * Math.random() - 1);
    this.#shared.wheel.arm(this.#heartbeat, PING_INTERVAL_MS * jitter - PONG_TIMEOUT_MS);
  }

  #awaitPong(): void {
    this.#pulse = 'awaiting-pong';
    this.#heard = false;
    this.#dialogue?.ping();
    this.#shared.wheel.arm(this.#heartbeat, PONG_TIMEOUT_MS);
  }
}
