/**
 * Care of one socket, whatever is spoken on it: how much may come in, how much waits to go out,
 * whether anybody is there, and an end that is explained. What is said is the dialogue's matter.
 */
import type { Socket } from 'node:net';
import {
  closeCode,
  errorOf,
  CLOSE_CODES,
  MAX_MESSAGES_PER_FRAME,
  MAX_MISSED_PONGS,
  PING_INTERVAL_MS,
  PING_JITTER,
  PONG_TIMEOUT_MS,
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
  CONGESTION_CHECK_MS,
  MAX_BACKLOG_BYTES,
  MAX_JOINED_BYTES,
  MIN_PROGRESS_BYTES,
  STALL_TIMEOUT_MS,
} from '../limits.ts';
import type { Log } from '../log.ts';
import type { Leave } from './document-room.ts';
import type { FlushTurn } from './flush-turn.ts';
import { OpeningLine } from './opening-line.ts';
import type { GatewaySocket, SocketOwner } from './socket.ts';
import { Deadline, type Expiring, type TimerWheel } from './timer-wheel.ts';
import { TokenBucket } from './token-bucket.ts';

export type Data = Uint8Array | string;

/** What is spoken on a connection. */
export interface Dialogue {
  receive(data: Buffer, isBinary: boolean): void;
  /** The first moment to speak was missed. */
  ping(): void;
  /** Says why, before a close. */
  explain(error: ErrorBody): void;
  /** Come back after `retryAfterMs`: the server restarts. */
  goaway(retryAfterMs: number): void;
  /** One frame out of several messages; null where each message is a frame. */
  readonly join: ((parts: readonly Data[]) => Data) | null;
  end(how: Leave): void;
}

export interface ConnectionShared {
  readonly wheel: TimerWheel;
  readonly turn: FlushTurn;
  readonly log: Log;
  readonly limits: Configuration['limits'];
  readonly onEnd: (connection: Connection) => void;
}

export interface ConnectionOptions {
  readonly id: string;
  /** Null: this machine, or a proxy on it. */
  readonly address: string | null;
  readonly socket: GatewaySocket;
  readonly stream: Socket;
  readonly shared: ConnectionShared;
}

/** Leaves that are meant: a page that says 1000, and one that gives no code, as stock clients do. */
const CLEAN_CLOSES: readonly number[] = [TRANSPORT_CLOSE_CODES.normal, 1005];

export class Connection implements SocketOwner, Expiring {
  readonly id: string;
  readonly address: string | null;
  /** Null until it has said who it is. */
  user: User | null = null;
  readonly openings = new OpeningLine(() => this.congested);
  readonly #socket: GatewaySocket;
  readonly #stream: Socket;
  readonly #shared: ConnectionShared;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #heartbeat = new Deadline(this);
  #dialogue: Dialogue | null = null;
  #state: 'open' | 'ended' = 'open';
  #pulse: 'quiet' | 'awaiting-hello' | 'awaiting-pong' = 'awaiting-hello';
  #missedPongs = 0;
  #heard = false;
  #paused = false;

  #out: Data[] = [];
  #outBytes = 0;
  #writtenBytes = 0;
  /** What it asked for by opening documents, since nothing was left to write. */
  #solicitedBytes = 0;
  #congestion: { readonly deadline: Deadline; takenBytes: number; stalledMs: number } | null = null;

  constructor({ id, address, socket, stream, shared }: ConnectionOptions) {
    this.id = id;
    this.address = address;
    this.#socket = socket;
    this.#stream = stream;
    this.#shared = shared;
    const nowMs = performance.now();
    const { messagesPerSecond, bytesPerSecond } = shared.limits;
    const burst = messagesPerSecond * BURST_MESSAGES_SECONDS;
    this.#messages = new TokenBucket({ perSecond: messagesPerSecond, burst, nowMs });
    this.#bytes = new TokenBucket({ perSecond: bytesPerSecond, burst: BURST_BYTES, nowMs });
  }

  get log(): Log {
    return this.#shared.log;
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  get congested(): boolean {
    return this.#socket.bufferedAmount + this.#outBytes > CONGESTED_BYTES;
  }

  /** @param helloTimeoutMs how long the other side has to say who it is. */
  start(dialogue: Dialogue, helloTimeoutMs: number): void {
    this.#dialogue = dialogue;
    this.#shared.wheel.arm(this.#heartbeat, helloTimeoutMs);
  }

  /** It is known who this is. */
  introduced(user: User): void {
    this.user = user;
    this.#awaitSilence();
  }

  /** Sends at the end of this turn. @param solicited part of what it asked for by opening a document. */
  queue(data: Data, solicited = false): void {
    if (this.ended) return;
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    if (solicited) this.#solicitedBytes += bytes;
    this.#outBytes += bytes;
    if (this.#out.push(data) === 1) this.#shared.turn.add(this);
  }

  /** Whether that many messages may come now; if not, the connection is over. */
  admit(messages: number): boolean {
    return this.#within(
      this.#messages,
      messages,
      'Too many messages at once. Your text is kept on this device and is sent more slowly.',
    );
  }

  /** Stops reading until `resume`: what it writes cannot be stored fast enough. */
  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.ended) this.#socket.resume();
  }

  /** A ping of the WebSocket protocol, for dialogues that have none. */
  pingSocket(): void {
    if (!this.ended) this.#socket.ping();
  }

  /** The dialogue answered a ping of its own. */
  answered(): void {
    this.#heard = true;
  }

  close(name: CloseName, error: ErrorBody = errorOf(CLOSE_CODES[closeCode(name)].error)): void {
    if (this.ended) return;
    this.#shared.log.info(
      { connection: this.id, user: this.user?.id, close: name, reason: error.message },
      'connection refused',
    );
    this.#dialogue?.explain(error);
    this.#closeWith(closeCode(name), name);
  }

  goaway(retryAfterMs: number): void {
    this.#dialogue?.goaway(retryAfterMs);
  }

  /** Resolves when the socket is gone, which takes `CLOSE_TIMEOUT_MS` at most. */
  async restart(): Promise<void> {
    if (this.ended) return;
    await new Promise((resolve) => {
      this.#socket.once('close', resolve);
      this.#closeWith(TRANSPORT_CLOSE_CODES.restart, 'restart');
    });
  }

  terminate(): void {
    this.#socket.terminate();
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.ended) return;
    this.#heard = true;
    const sentence = 'Too much text at once. It is kept on this device and is sent more slowly.';
    if (!this.#within(this.#bytes, data.byteLength, sentence)) return;
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
    this.#end(CLEAN_CLOSES.includes(code) ? 'clean' : 'abrupt');
  }

  failed(error: Error): void {
    this.#shared.log.debug({ err: error, connection: this.id }, 'socket error');
  }

  expire(deadline: Deadline): void {
    if (deadline === this.#heartbeat) this.#beat();
    else this.#checkCongestion();
  }

  flush(): void {
    const parts = this.#out;
    this.#out = [];
    this.#outBytes = 0;
    if (this.ended || parts.length === 0) return;
    const waiting = this.#socket.bufferedAmount;
    if (waiting > MAX_BACKLOG_BYTES + this.#solicitedBytes) {
      this.close('slow-consumer');
      return;
    }
    this.#write(parts);
    if (this.#socket.bufferedAmount === 0) this.#solicitedBytes = 0;
    if (this.congested) this.#watchCongestion();
  }

  #write(parts: readonly Data[]): void {
    this.#stream.cork();
    for (const frame of this.#frames(parts)) {
      this.#writtenBytes += frame.length;
      this.#socket.send(frame, onSent);
    }
    this.#stream.uncork();
  }

  /** The messages of a turn in as few frames as is sensible. */
  *#frames(parts: readonly Data[]): Generator<Data> {
    const join = this.#dialogue?.join ?? null;
    if (join === null) {
      yield* parts;
      return;
    }
    let first = 0;
    let bytes = 0;
    for (let at = 0; at < parts.length; at++) {
      const size = (parts[at] as Data).length;
      if (
        at > first &&
        (bytes + size > MAX_JOINED_BYTES || at - first === MAX_MESSAGES_PER_FRAME)
      ) {
        yield join(parts.slice(first, at));
        first = at;
        bytes = 0;
      }
      bytes += size;
    }
    yield join(first === 0 ? parts : parts.slice(first));
  }

  #within(bucket: TokenBucket, amount: number, sentence: string): boolean {
    if (bucket.take(amount, performance.now())) return true;
    this.close('too-many', errorOf('too-many', { detail: sentence, retryAfterMs: 1_000 }));
    return false;
  }

  #closeWith(code: number, reason: string): void {
    const parts = this.#out;
    this.#out = [];
    if (parts.length > 0 && this.#socket.bufferedAmount <= MAX_BACKLOG_BYTES) this.#write(parts);
    this.#end('abrupt');
    this.#resumeForClose();
    this.#socket.close(code, reason);
  }

  /** A paused socket never reads the answer to its close frame. */
  #resumeForClose(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  #end(how: Leave): void {
    if (this.ended) return;
    this.#state = 'ended';
    this.#shared.wheel.disarm(this.#heartbeat);
    if (this.#congestion !== null) this.#shared.wheel.disarm(this.#congestion.deadline);
    this.openings.clear();
    this.#dialogue?.end(how);
    this.#shared.onEnd(this);
  }

  #beat(): void {
    if (this.#pulse === 'awaiting-hello') {
      this.close(
        'hello-timeout',
        errorOf('overloaded', { detail: 'This connection did not say in time who it is.' }),
      );
    } else if (this.#pulse === 'quiet' || this.#paused) {
      this.#awaitPong();
    } else if (this.#heard) {
      this.#awaitSilence();
    } else if (++this.#missedPongs < MAX_MISSED_PONGS) {
      this.#awaitPong();
    } else {
      this.close('heartbeat-missed');
    }
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

  #watchCongestion(): void {
    if (this.#congestion?.deadline.armed === true) return;
    const deadline = new Deadline(this);
    this.#congestion = { deadline, takenBytes: this.#takenBytes(), stalledMs: 0 };
    this.#shared.wheel.arm(deadline, CONGESTION_CHECK_MS);
  }

  #checkCongestion(): void {
    const congestion = this.#congestion;
    if (congestion === null) return;
    if (!this.congested) {
      this.#congestion = null;
      this.openings.advance();
      return;
    }
    const takenBytes = this.#takenBytes();
    if (takenBytes - congestion.takenBytes >= MIN_PROGRESS_BYTES) {
      congestion.takenBytes = takenBytes;
      congestion.stalledMs = 0;
    } else {
      congestion.stalledMs += CONGESTION_CHECK_MS;
    }
    if (congestion.stalledMs >= STALL_TIMEOUT_MS) this.close('slow-consumer');
    else this.#shared.wheel.arm(congestion.deadline, CONGESTION_CHECK_MS);
  }

  /** What has left our memory. */
  #takenBytes(): number {
    return this.#writtenBytes - this.#socket.bufferedAmount;
  }
}

/** A socket that breaks tells its owner; without this, `send` would throw. */
function onSent(): void {}
