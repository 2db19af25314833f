/**
 * Down in answers, each to a question of its own that is held until there is something to say. Answers
 * are numbered, and kept until the next question says that they arrived: it gets through where every
 * longer answer is cut off.
 */
import type { ServerResponse } from 'node:http';
import { MAX_POLL_BYTES, POLL_GONE_MS, TRANSPORT_HEADERS } from '@tandem/protocol';
import { TRANSPORT } from '../limits.ts';
import { Deadline, type Expiring, type TimerWheel } from '../runtime/timer-wheel.ts';
import type { Frame } from './frame.ts';
import { answerFrames, refuse } from './http-answer.ts';
import { HttpTransport, type HttpTransportOptions } from './http-transport.ts';

export interface Poll {
  /** The newest answer that arrived; 0 for none. */
  readonly received: number;
  /** How long the answer may take when there is nothing to say. */
  readonly holdMs: number;
}

const NOTHING = new Uint8Array();

export class PollTransport extends HttpTransport implements Expiring {
  readonly kind = 'poll';
  readonly #wheel: TimerWheel;
  /** Ends the holding of a question, and, while there is none, the transport. */
  readonly #deadline = new Deadline(this);
  #question: ServerResponse | null = null;
  /** The newest answer with frames; empty once it is known to have arrived. */
  #answer = { sequence: 0, body: NOTHING };
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #closeCode: number | null = null;

  constructor(options: HttpTransportOptions, wheel: TimerWheel) {
    super(options);
    this.#wheel = wheel;
  }

  get bufferedAmount(): number {
    return this.#waitingBytes + this.#answer.body.byteLength;
  }

  poll({ received, holdMs }: Poll, question: ServerResponse): void {
    const { sequence, body } = this.#answer;
    if (received !== sequence && (received !== sequence - 1 || body.byteLength === 0)) {
      refuse(question, 'bad-message', 'An answer is missing.');
      this.terminate();
      return;
    }
    // Of two questions, the client has given up the older.
    this.#reply(NOTHING);
    this.#question = question;
    question.on('close', () => this.#abandoned(question));
    if (received < sequence) {
      this.#reply(body);
      return;
    }
    this.#answer.body = NOTHING;
    if (this.#waitingBytes > 0) this.#notify();
    else if (holdMs > 0) this.#wheel.arm(this.#deadline, holdMs);
    else this.#reply(NOTHING);
  }

  write(frames: readonly Frame[]): void {
    if (this.isGone || this.#closeCode !== null) return;
    for (const { part } of frames) this.#push(part);
    this.#notify();
  }

  close(code: number, reason: string): void {
    if (this.isGone || this.#closeCode !== null) return;
    this.#push(this.goodbye(code, reason));
    this.#closeCode = code;
    this.#notify();
    setTimeout(() => this.gone(code), TRANSPORT.closeTimeoutMs).unref();
  }

  expire(): void {
    if (this.#question === null) this.terminate();
    else this.#reply(NOTHING);
  }

  protected release(): void {
    this.#wheel.disarm(this.#deadline);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#answer.body = NOTHING;
    const question = this.#question;
    this.#question = null;
    if (question !== null) this.#answerTo(question, NOTHING);
  }

  #push(part: Uint8Array): void {
    this.#waiting.push(part);
    this.#waitingBytes += part.byteLength;
  }

  /** Says what waits, if it was asked and the answer before has arrived. */
  #notify(): void {
    if (this.#question === null || this.#answer.body.byteLength > 0) return;
    let bytes = 0;
    let count = 0;
    for (const { byteLength } of this.#waiting) {
      if (count > 0 && bytes + byteLength > MAX_POLL_BYTES) break;
      bytes += byteLength;
      count++;
    }
    const body = Buffer.concat(this.#waiting.splice(0, count), bytes);
    this.#waitingBytes -= bytes;
    this.#answer = { sequence: this.#answer.sequence + 1, body };
    this.#reply(body);
  }

  #reply(body: Uint8Array): void {
    const question = this.#question;
    if (question === null) return;
    this.#question = null;
    this.#wheel.arm(this.#deadline, POLL_GONE_MS);
    const code = this.#closeCode;
    if (code !== null && this.#waitingBytes === 0) question.once('finish', () => this.gone(code));
    this.#answerTo(question, body);
  }

  #answerTo(question: ServerResponse, body: Uint8Array): void {
    answerFrames(question, body, {
      [TRANSPORT_HEADERS.transport]: this.id,
      // Of these frames, or of those before where there are none.
      [TRANSPORT_HEADERS.sequence]: this.#answer.sequence,
    });
  }

  /** The client, or something on the way, broke the question off. */
  #abandoned(question: ServerResponse): void {
    if (this.#question !== question) return;
    this.#question = null;
    this.#wheel.arm(this.#deadline, POLL_GONE_MS);
  }
}
