/**
 * The shared part of the two HTTP transports: a secret id, and the upstream of numbered requests, which take
 * effect once and in order even when the client repeats them.
 */
import { randomBytes } from 'node:crypto';
import {
  encodePart,
  PartReader,
  TRANSPORT_CLOSE_CODES,
  type TransportKind,
} from '@tandem/protocol';
import { TRANSPORT } from '../limits.ts';
import { accept, refuse, type Answer } from './http-answer.ts';
import type { Frame } from './frame.ts';
import type { Transport, TransportOwner } from './transport.ts';

export interface HttpTransportOptions {
  /** Begins the id: the node that holds the transport; null where there is one. */
  readonly node: string | null;
  readonly cookie: string | null;
  readonly format: 'text' | 'binary';
  readonly onGone: (transport: HttpTransport) => void;
}

export abstract class HttpTransport implements Transport {
  abstract readonly kind: TransportKind;
  abstract readonly bufferedBytes: number;
  readonly id: string;
  readonly cookie: string | null;
  incompleteRequests = 0;
  readonly #format: 'text' | 'binary';
  readonly #onGone: (transport: HttpTransport) => void;
  #owner: TransportOwner | null = null;
  #lastSequence = 0;
  #reading: 'running' | 'paused' = 'running';
  #waiting: {
    readonly sequence: number;
    readonly body: Uint8Array;
    readonly answer: Answer;
  } | null = null;
  #state: 'open' | 'gone' = 'open';

  constructor({ node, cookie, format, onGone }: HttpTransportOptions) {
    const secret = randomBytes(TRANSPORT.idBytes).toString('base64url');
    this.id = node === null ? secret : `${node}.${secret}`;
    this.cookie = cookie;
    this.#format = format;
    this.#onGone = onGone;
  }

  abstract write(frames: readonly Frame[]): void;
  abstract close(code: number, reason: string): void;

  get isGone(): boolean {
    return this.#state === 'gone';
  }

  own(owner: TransportOwner): void {
    this.#owner = owner;
  }

  open(body: Uint8Array): void {
    this.#apply(body);
  }

  send(sequence: number, body: Uint8Array, answer: Answer): void {
    if (sequence <= this.#lastSequence) {
      accept(answer);
    } else if (sequence !== this.#lastSequence + 1) {
      refuse(answer, 'bad-message', 'Frames were sent out of their order.');
      this.#owner?.onProtocolError('bad-message', 'Frames were sent out of their order.');
    } else if (this.#reading === 'running') {
      this.#lastSequence = sequence;
      this.#apply(body);
      accept(answer);
    } else {
      // The client gave up the request before it.
      this.#waiting?.answer.destroy();
      this.#waiting = { sequence, body, answer };
    }
  }

  pause(): void {
    this.#reading = 'paused';
  }

  resume(): void {
    this.#reading = 'running';
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) return;
    this.#lastSequence = waiting.sequence;
    this.#apply(waiting.body);
    accept(waiting.answer);
  }

  ping(): void {
    // HTTP has no ping.
  }

  terminate(): void {
    this.gone(TRANSPORT_CLOSE_CODES.abnormal);
  }

  gone(code: number): void {
    if (this.isGone) return;
    this.#state = 'gone';
    if (this.#waiting !== null) accept(this.#waiting.answer);
    this.#waiting = null;
    this.release();
    this.#onGone(this);
    this.#owner?.onClosed(code);
  }

  protected abstract release(): void;

  protected closePart(code: number, reason: string): Uint8Array {
    return encodePart({ kind: 'close', code, reason });
  }

  #apply(body: Uint8Array): void {
    let parts;
    const reader = new PartReader(body.byteLength);
    try {
      parts = reader.push(body);
    } catch {
      parts = null;
    }
    if (parts === null || !reader.isAtEnd) {
      this.#owner?.onProtocolError('bad-message', 'A body is not made of whole frames.');
      return;
    }
    for (const part of parts) {
      if (this.isGone) return;
      if (part.kind === 'close') this.gone(part.code);
      else this.#owner?.receive(bufferOf(part.data), this.#format === 'binary');
    }
  }
}

function bufferOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
