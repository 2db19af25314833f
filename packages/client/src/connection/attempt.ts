/**
 * One socket from open to close: sends `hello` and expects `welcome` in time. Its handlers are
 * removed when it is abandoned, so that a late close cannot end its successor.
 */
import {
  binaryCodec,
  OPEN_TIMEOUT_MS,
  TRANSPORT_CLOSE_CODES,
  TRANSPORT_OPEN_TIMEOUT_MS,
  type ServerMessage,
  type TransportKind,
  type User,
} from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import { encodeHello, type ChannelRequest } from './hello.ts';
import type { Socket } from './socket.ts';

export interface AttemptCallbacks {
  requests(): readonly ChannelRequest[];
  welcomed(user: User, rest: readonly ChannelRequest[]): void;
  onActivity(): void;
  message(message: ServerMessage): void;
  unreadable(): void;
  closed(code: number): void;
}

export interface AttemptOptions {
  readonly kind: TransportKind;
  readonly socket: Socket;
  readonly token: string;
  readonly schema: number;
  readonly clock: Clock;
  readonly callbacks: AttemptCallbacks;
}

export class Attempt {
  readonly kind: TransportKind;
  readonly socket: Socket;
  readonly #options: AttemptOptions;
  #state: 'opening' | 'opened' | 'welcomed' = 'opening';
  #deadline: unknown;
  #rest: readonly ChannelRequest[] = [];

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.socket = options.socket;
  }

  get isWelcomed(): boolean {
    return this.#state === 'welcomed';
  }

  start(): void {
    const { socket, kind } = this;
    const { callbacks } = this.#options;
    this.#deadline = this.#timeout(TRANSPORT_OPEN_TIMEOUT_MS);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#sendHello();
      // A stream is open with its first frame; a poll or an open WebSocket may take longer to be
      // welcomed.
      if (kind !== 'stream') this.#opened();
    };
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code }) => {
      this.#clear();
      callbacks.closed(code);
    };
    socket.onerror = () => undefined;
  }

  abandon(code?: number): void {
    this.#clear();
    const { socket } = this;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(code);
    } catch {
      // A socket that cannot be closed is gone.
    }
  }

  #sendHello(): void {
    const { frame, rest } = encodeHello(this.#options, this.#options.callbacks.requests());
    this.#rest = rest;
    this.socket.send(frame as Uint8Array<ArrayBuffer>);
  }

  #opened(): void {
    this.#state = 'opened';
    this.#clear();
    this.#deadline = this.#timeout(OPEN_TIMEOUT_MS);
  }

  #received(data: unknown): void {
    const { callbacks } = this.#options;
    callbacks.onActivity();
    const decoded =
      data instanceof ArrayBuffer ? binaryCodec.decodeFromServer(new Uint8Array(data)) : null;
    if (decoded === null || decoded.kind === 'invalid') return callbacks.unreadable();
    for (const message of decoded.messages) {
      if (message.type !== 'welcome') callbacks.message(message);
      else {
        this.#state = 'welcomed';
        this.#clear();
        callbacks.welcomed(message.user, this.#rest);
      }
    }
  }

  #timeout(ms: number): unknown {
    return this.#options.clock.setTimeout(() => {
      this.abandon();
      this.#options.callbacks.closed(TRANSPORT_CLOSE_CODES.abnormal);
    }, ms);
  }

  #clear(): void {
    this.#options.clock.clearTimeout(this.#deadline);
  }
}
