/**
 * Long polls: each request is held until there are frames to send. Responses are numbered, and kept until the next
 * request confirms them. Works where proxies cut off every longer response (T4).
 */
import { MAX_POLL_BYTES, POLL_GONE_MS, TRANSPORT_HEADERS } from '@tandem/protocol';
import { TRANSPORT } from '../limits.ts';
import { Deadline, type Expiring, type TimerWheel } from '../runtime/timer-wheel.ts';
import type { Frame } from './frame.ts';
import { answerFrames, refuse, type Answer } from './http-answer.ts';
import { HttpTransport, type HttpTransportOptions } from './http-transport.ts';

export interface Poll {
  readonly received: number;
  readonly holdMs: number;
}

const NOTHING = new Uint8Array();

export class PollTransport extends HttpTransport implements Expiring {
  readonly kind = 'poll';
  readonly #wheel: TimerWheel;
  /** Ends the wait of a held request; without one, the transport. */
  readonly #deadline = new Deadline(this);
  #held: Answer | null = null;
  /** The newest response with frames; its body is empty once the client confirmed it. */
  #unconfirmed = { sequence: 0, body: NOTHING };
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #closeCode: number | null = null;

  constructor(options: HttpTransportOptions, wheel: TimerWheel) {
    super(options);
    this.#wheel = wheel;
  }

  get bufferedBytes(): number {
    return this.#waitingBytes + this.#unconfirmed.body.byteLength;
  }

  poll({ received, holdMs }: Poll, response: Answer): void {
    const { sequence, body } = this.#unconfirmed;
    if (received !== sequence && (received !== sequence - 1 || body.byteLength === 0)) {
      refuse(response, 'bad-message', 'An answer is missing.');
      this.terminate();
      return;
    }
    // The client gave up an older request.
    this.#reply(NOTHING);
    this.#held = response;
    response.on('close', () => this.#onAbort(response));
    if (received < sequence) {
      this.#reply(body);
      return;
    }
    this.#unconfirmed.body = NOTHING;
    if (this.#waitingBytes > 0) this.#sendWaiting();
    else if (holdMs > 0) this.#wheel.arm(this.#deadline, holdMs);
    else this.#reply(NOTHING);
  }

  write(frames: readonly Frame[]): void {
    if (this.isGone || this.#closeCode !== null) return;
    for (const { part } of frames) this.#push(part);
    this.#sendWaiting();
  }

  close(code: number, reason: string): void {
    if (this.isGone || this.#closeCode !== null) return;
    this.#push(this.closePart(code, reason));
    this.#closeCode = code;
    this.#sendWaiting();
    setTimeout(() => this.gone(code), TRANSPORT.closeTimeoutMs).unref();
  }

  expire(): void {
    if (this.#held === null) this.terminate();
    else this.#reply(NOTHING);
  }

  protected release(): void {
    this.#wheel.disarm(this.#deadline);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#unconfirmed.body = NOTHING;
    const response = this.#held;
    this.#held = null;
    if (response !== null) this.#respond(response, NOTHING);
  }

  #push(part: Uint8Array): void {
    this.#waiting.push(part);
    this.#waitingBytes += part.byteLength;
  }

  #sendWaiting(): void {
    if (this.#held === null || this.#unconfirmed.body.byteLength > 0) return;
    let bytes = 0;
    let count = 0;
    for (const { byteLength } of this.#waiting) {
      if (count > 0 && bytes + byteLength > MAX_POLL_BYTES) break;
      bytes += byteLength;
      count++;
    }
    const body = Buffer.concat(this.#waiting.splice(0, count), bytes);
    this.#waitingBytes -= bytes;
    this.#unconfirmed = { sequence: this.#unconfirmed.sequence + 1, body };
    this.#reply(body);
  }

  #reply(body: Uint8Array): void {
    const response = this.#held;
    if (response === null) return;
    this.#held = null;
    this.#wheel.arm(this.#deadline, POLL_GONE_MS);
    const code = this.#closeCode;
    if (code !== null && this.#waitingBytes === 0) response.once('finish', () => this.gone(code));
    this.#respond(response, body);
  }

  #respond(response: Answer, body: Uint8Array): void {
    answerFrames(response, body, {
      [TRANSPORT_HEADERS.transport]: this.id,
      // An empty response repeats the number before.
      [TRANSPORT_HEADERS.sequence]: this.#unconfirmed.sequence,
    });
  }

  #onAbort(response: Answer): void {
    if (this.#held !== response) return;
    this.#held = null;
    this.#wheel.arm(this.#deadline, POLL_GONE_MS);
  }
}
